import { open, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DbsaveError, isDbsaveError, systemCode } from "@dbsave/core";
import { systemIdentifierOf } from "../physical/restore/control-file.ts";
import { checkSegment, pageHeaderBytes, readPageHeader } from "../wal/page-header.ts";
import { walFileOf } from "../wal/wal-file.ts";
import type { Cluster } from "./cluster-record.ts";
import type { WalToArchive } from "./wal-to-archive.ts";

const againMs = 20;

/**
 * Whose file it is: a segment says it at its beginning, for the others the server's control file does. SOURCE_INVALID for a
 * segment of another name or length.
 */
export async function identify({ path, controlFile = controlFileBeside(path) }: WalToArchive): Promise<Cluster> {
  const name = basename(path);
  const kind = walFileOf(name)?.kind;
  if (kind !== "segment" && kind !== "partial")
    return { systemIdentifier: await readIdentifier(controlFile), segmentBytes: null };
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(pageHeaderBytes), position: 0 });
  const header = readPageHeader(buffer.subarray(0, bytesRead));
  checkSegment(name, (await file.stat()).size, header);
  return header;
}

/** Of the server whose data directory it is. SOURCE_NOT_FOUND, SOURCE_INVALID. */
export async function systemIdentifierAt(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, "global", "pg_control");
  try {
    return await readIdentifier(path);
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    throw new DbsaveError("SOURCE_NOT_FOUND", `postgres: not in a data directory: no such file: ${path}`, { cause });
  }
}

/** Again when it seems to be damaged: the server may be writing it. */
async function readIdentifier(controlFile: string, attempts = 3): Promise<string> {
  try {
    return systemIdentifierOf(await readFile(controlFile));
  } catch (error) {
    if (attempts === 1 || !isDbsaveError(error, "SOURCE_INVALID")) throw error;
    await setTimeout(againMs);
    return await readIdentifier(controlFile, attempts - 1);
  }
}

/** As the server names its files, `pg_wal/…`: where the directory of a link leads to does not matter. */
function controlFileBeside(path: string): string {
  return join(dirname(path), "..", "global", "pg_control");
}
