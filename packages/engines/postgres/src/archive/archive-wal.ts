import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { DbsaveError, type LogStore, systemCode } from "@dbsave/core";
import { folderOf, walFileOf } from "../wal/wal-file.ts";
import { admitCluster, type Cluster, checkCluster } from "./cluster-record.ts";
import { identify } from "./identify.ts";

const chunkBytes = 1024 * 1024;

export interface WalToArchive {
  /** The file; its last segment is its name. */
  readonly path: string;
  /** `global/pg_control` of the same server, read for files that do not tell whose they are. @default beside `pg_wal` */
  readonly controlFile?: string;
}

/**
 * Archives one file of `pg_wal`: a segment, a `.partial` one, a history or a backup's note. Durable on return; `present` when
 * the same was archived before. Nothing is overwritten. SOURCE_NOT_FOUND; SOURCE_INVALID for a file that is not what its name
 * says or has not the size that it says itself; SOURCE_FOREIGN when the log is another server's; OBJECT_EXISTS when other
 * contents are archived under its name.
 */
export async function archiveWal(file: WalToArchive, log: LogStore): Promise<"stored" | "present"> {
  const name = basename(file.path);
  if (walFileOf(name) === null)
    throw new DbsaveError("SOURCE_INVALID", `postgres: not the name of a file of WAL: ${name}`);
  try {
    const cluster = await identify(file);
    await checkCluster(cluster, log);
    const folder = folderOf(cluster.systemIdentifier, name) ?? "";
    return await log.append({ folder, name, plainSha256: await sha256Of(file.path) }, () => open(file.path));
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    throw new DbsaveError("SOURCE_NOT_FOUND", `postgres: no such file: ${file.path}`, { cause });
  }
}

/**
 * Lets the server that wrote the segment at `path` archive into a log that is another one's so far: after an upgrade, `initdb`, or
 * another size of segments. SOURCE_INVALID when the file is no segment.
 */
export async function admitWal(path: string, log: LogStore): Promise<Cluster> {
  const cluster = await identify({ path });
  if (cluster.segmentBytes === null)
    throw new DbsaveError("SOURCE_INVALID", `postgres: not a segment, which alone tells its server: ${path}`);
  await admitCluster(cluster, log);
  return cluster;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(open(path), hash);
  return hash.digest("hex");
}

function open(path: string) {
  return createReadStream(path, { highWaterMark: chunkBytes });
}
