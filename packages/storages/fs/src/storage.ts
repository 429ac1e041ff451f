import { checkPrefix, type Storage, throwIfAborted, toDbsaveError, withBody } from "@dbsave/core";
import { deleteObject } from "./delete-object.ts";
import { freeBytes } from "./free-bytes.ts";
import { getObject, statObject } from "./get-object.ts";
import { listObjects } from "./list-objects.ts";
import { type FsStorageOptions, parseOptions } from "./options.ts";
import { putObject } from "./put-object.ts";
import { settleObject } from "./settle-object.ts";
import { sweepTemporary } from "./temporary-files.ts";

/**
 * Objects as plain files below one directory, on a local or mounted file system. Validates its options and does no I/O;
 * the directory is made by the first `put`, so reading from a wrong path finds nothing and changes nothing.
 */
export function fsStorage(options: FsStorageOptions): Storage {
  const place = parseOptions(options);
  const { fs, root } = place;
  return {
    name: `fs:${root}`,
    put: (key, body, request) =>
      withBody(body, () => typed(`put ${key}`, request.signal, () => putObject(place, key, body, request))),
    get: (key, request) => typed(`get ${key}`, request.signal, () => getObject(place, key, request)),
    stat: (key, signal) => typed(`stat ${key}`, signal, () => statObject(place, key)),
    async *list(prefix, signal) {
      const what = `storage-fs: list ${prefix}`;
      try {
        throwIfAborted(signal, what);
        checkPrefix(prefix);
        for await (const object of listObjects(place, prefix)) {
          throwIfAborted(signal, what);
          yield object;
        }
      } catch (error) {
        throw toDbsaveError(error, "STORAGE_FAILED", what, signal);
      }
    },
    delete: (key, signal) => typed(`delete ${key}`, signal, () => deleteObject(place, key)),
    settle: (key, signal) => typed(`settle ${key}`, signal, () => settleObject(place, key)),
    freeBytes: (signal) => typed("free space", signal, () => freeBytes(fs, root)),
    sweep: (request) => typed("sweep", request.signal, () => sweepTemporary(place, request)),
    async [Symbol.asyncDispose]() {},
  };
}

/** Every failure as a DbsaveError of the operation, ABORTED when `signal` was the reason. */
async function typed<T>(operation: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const what = `storage-fs: ${operation}`;
  try {
    throwIfAborted(signal, what);
    return await work();
  } catch (error) {
    throw toDbsaveError(error, "STORAGE_FAILED", what, signal);
  }
}
