import { chown, lstat, mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DbsaveError, type LogFile, type Recovery, type RunContext, sideBySide, throwIfAborted } from "@dbsave/core";
import { checkSegment, pageHeaderBytes, readPageHeader } from "../../wal/page-header.ts";
import { heldSegment } from "../../wal/wal-file.ts";
import type { PhysicalContents } from "../contents.ts";
import { followReplaced } from "../recovery/replaced.ts";

const atOnce = 4;

/**
 * Puts all that a recovery needs into `pg_wal` of an unpacked data directory, not synced, several files at once: what is archived
 * replaces what the backup holds of the same segment. The server is told not to archive it again. CHECKSUM_MISMATCH or
 * OBJECT_NOT_FOUND of the log, SOURCE_INVALID for a segment that is not the one its name says.
 */
export async function fillWal(
  directory: string,
  { route, log }: Recovery,
  { systemIdentifier, walSegmentBytes }: PhysicalContents,
  ctx: RunContext,
): Promise<void> {
  const owner = await lstat(join(directory, "PG_VERSION"));
  const own = async (path: string): Promise<void> => {
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
  };
  const archived = followReplaced(log);
  const folder = join(directory, "pg_wal");
  const status = join(folder, "archive_status");
  if ((await mkdir(status, { recursive: true, mode: 0o700 })) !== undefined) await own(status);
  const totalBytes = route.files.filter(({ name }) => heldSegment(name) !== null).length * walSegmentBytes;
  let doneBytes = 0;
  const place = async (file: LogFile): Promise<void> => {
    const name = heldSegment(file.name) ?? file.name;
    const bytes = await write(join(folder, name), name, await archived.open(file), systemIdentifier);
    await own(join(folder, name));
    const done = join(status, `${name}.done`);
    await writeFile(done, "", { mode: 0o600 });
    await own(done);
    doneBytes += bytes;
    ctx.report({ type: "progress", item: "archived WAL", doneBytes, totalBytes: Math.max(doneBytes, totalBytes) });
  };
  const files = route.files.values();
  const worker = async (signal: AbortSignal): Promise<void> => {
    for (const file of files) {
      throwIfAborted(signal, "postgres: restore");
      await place(file);
    }
  };
  // They share one iterator. All have ended when it fails: what they wrote is removed then.
  await sideBySide(ctx.signal, (signal) => Array.from({ length: atOnce }, () => worker(signal)));
}

/** Resolves with its size. */
async function write(
  path: string,
  name: string,
  body: AsyncIterable<unknown>,
  systemIdentifier: string,
): Promise<number> {
  let start = Buffer.alloc(0);
  let bytes = 0;
  await using file = await open(path, "w", 0o600);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (start.length < pageHeaderBytes) start = Buffer.concat([start, chunk.subarray(0, pageHeaderBytes)]);
    await file.writeFile(chunk);
    bytes += chunk.length;
  }
  if (heldSegment(name) === null) return bytes;
  const header = readPageHeader(start);
  checkSegment(name, bytes, header);
  if (header.systemIdentifier === systemIdentifier) return bytes;
  throw new DbsaveError("SOURCE_INVALID", `postgres: ${name} is of the system ${header.systemIdentifier}`);
}
