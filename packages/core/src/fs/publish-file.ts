import type { Readable } from "node:stream";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { throwIfAborted } from "../streams/abort.ts";
import { discardFile } from "./discard-file.ts";
import { type FsPort, type FsStat, systemCode } from "./fs-port.ts";
import { placeFile } from "./place-file.ts";
import { type WriteFileOptions, writeFile } from "./write-file.ts";

export interface PublishFileOptions extends WriteFileOptions {
  /** `fail`: OBJECT_EXISTS when `path` is taken, also when writers race. `replace`: atomically, old or new, never a mix. */
  readonly ifExists: "fail" | "replace";
  /** A free path on the same file system that nobody reads, in a directory that exists. */
  readonly temporary: string;
  /** Makes the directory of `path`, durably; called again when somebody removed it before `path` was in it. */
  readonly makeDirectory?: () => Promise<void>;
}

const placeAttempts = 10;

/**
 * Makes `path` a file with exactly the bytes of `body`, all or nothing: when it resolves they are durable, when it rejects
 * `path` is as it was and `temporary` is gone. After a crash `path` is old, new or absent, never a part, and `temporary` may
 * be left. Without `makeDirectory` the directory of `path` must be there already.
 *
 * One gap is the disk's: when under `replace` the last sync fails, the new bytes are in place but may not survive a crash.
 */
export async function publishFile(
  fs: FsPort,
  path: string,
  body: Readable,
  options: PublishFileOptions,
): Promise<FsStat> {
  const { ifExists, temporary, makeDirectory, ...writing } = options;
  const stat = await writeFile(fs, temporary, body, writing);
  const what = `file: publish ${path}`;

  async function place(attempt = 1): Promise<void> {
    try {
      await makeDirectory?.();
      await placeFile(fs, temporary, path, ifExists);
    } catch (error) {
      if (makeDirectory === undefined || systemCode(error) !== "ENOENT" || attempt === placeAttempts) throw error;
      await place(attempt + 1);
    }
  }

  try {
    throwIfAborted(writing.signal, what);
    await place();
    return stat;
  } catch (error) {
    throw toDbsaveError(await discardFile(fs, temporary, error, what), "STORAGE_FAILED", what, writing.signal);
  }
}
