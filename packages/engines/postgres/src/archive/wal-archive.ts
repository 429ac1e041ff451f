import { basename } from "node:path";
import { DbsaveError, type LogStore, systemCode } from "@dbsave/core";
import { folderOf, walFileOf } from "../wal/wal-file.ts";
import { admitCluster, type Cluster, checkCluster } from "./cluster-record.ts";
import { identify } from "./identify.ts";
import { walReader } from "./read-wal.ts";
import type { WalToArchive } from "./wal-to-archive.ts";

/** Files of `pg_wal` on their way into a log. */
export interface WalArchive {
  /**
   * Archives a segment, a `.partial` one, a history or a backup's note. Durable on return; `present` when the same was archived
   * before. Nothing is overwritten. SOURCE_NOT_FOUND; SOURCE_INVALID for a file that is not what its name says or not as long as it
   * says itself; SOURCE_FOREIGN when the log is another server's; OBJECT_EXISTS when other contents are archived under its name.
   */
  push(file: WalToArchive): Promise<"stored" | "present">;
  /**
   * Lets the server that wrote the segment at `path` archive into a log that was another one's so far: after an upgrade, `initdb`,
   * or another size of segments. SOURCE_INVALID when the file is no segment.
   */
  admit(path: string): Promise<Cluster>;
}

/** Archives into `log`. May be used by several at once; asks only once whose log it is. */
export function walArchive(log: LogStore): WalArchive {
  const admitted = new Set<string>();
  const reader = walReader();

  async function check(cluster: Cluster): Promise<void> {
    const key = `${cluster.systemIdentifier}.${cluster.segmentBytes}`;
    if (admitted.has(key)) return;
    await checkCluster(cluster, log);
    if (cluster.segmentBytes !== null) admitted.add(key);
  }

  return {
    async push(file) {
      const name = basename(file.path);
      if (walFileOf(name) === null)
        throw new DbsaveError("SOURCE_INVALID", `postgres: not the name of a file of WAL: ${name}`);
      return await found(file.path, async () => {
        const cluster = await identify(file);
        await check(cluster);
        const folder = folderOf(cluster.systemIdentifier, name) ?? "";
        return await reader.read(file.path, ({ plainSha256, body }) => log.append({ folder, name, plainSha256 }, body));
      });
    },
    async admit(path) {
      const cluster = await found(path, () => identify({ path }));
      if (cluster.segmentBytes === null)
        throw new DbsaveError("SOURCE_INVALID", `postgres: not a segment, which alone tells its server: ${path}`);
      await admitCluster(cluster, log);
      return cluster;
    },
  };
}

async function found<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    throw new DbsaveError("SOURCE_NOT_FOUND", `postgres: no such file: ${path}`, { cause });
  }
}
