import type { Readable } from "node:stream";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { readBody, withBody } from "../streams/read-body.ts";
import { discardFile } from "./discard-file.ts";
import type { FsPort, FsStat, FsWriter } from "./fs-port.ts";

export interface WriteFileOptions {
  readonly signal: AbortSignal;
  /** Hex SHA-256 the bytes must have, else CHECKSUM_MISMATCH. */
  readonly sha256?: string;
  /** Permissions of the file. @default 0o600 */
  readonly mode?: number;
}

/**
 * Writes `body` into a new file and syncs its bytes; the name is durable only after a `syncDirectory`. On any failure the
 * file is removed: after a failed sync nothing in it can be trusted. Rejects with ABORTED, CHECKSUM_MISMATCH, NO_SPACE,
 * PERMISSION_DENIED, STORAGE_FAILED or the body's own DbsaveError; the body is destroyed then.
 */
export function writeFile(fs: FsPort, path: string, body: Readable, options: WriteFileOptions): Promise<FsStat> {
  const { mode = 0o600, ...reading } = options;
  const what = `file: write ${path}`;
  return withBody(body, async () => {
    try {
      const file = await fs.createFile(path, mode);
      try {
        const sizeBytes = await fill(file, () => readBody(body, { ...reading, what }, (chunks) => file.write(chunks)));
        return await checkSize(fs, path, sizeBytes);
      } catch (error) {
        throw await discardFile(fs, path, error, what);
      }
    } catch (error) {
      throw toDbsaveError(error, "STORAGE_FAILED", what, options.signal);
    }
  });
}

/** Synced and closed, also when `write` fails. */
async function fill(file: FsWriter, write: () => Promise<number>): Promise<number> {
  let sizeBytes: number;
  try {
    sizeBytes = await write();
    await file.sync();
  } catch (error) {
    // The file is thrown away, so only the first error matters.
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return sizeBytes;
}

async function checkSize(fs: FsPort, path: string, sizeBytes: number): Promise<FsStat> {
  const stat = await fs.lstat(path);
  if (stat.sizeBytes === sizeBytes) return stat;
  throw new DbsaveError("STORAGE_FAILED", `file: ${stat.sizeBytes} of ${sizeBytes} bytes arrived: ${path}`);
}
