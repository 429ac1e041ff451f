import type { Readable } from "node:stream";
import {
  abortStream,
  checkKey,
  DbsaveError,
  type FsReader,
  type GetOptions,
  type ObjectInfo,
  readRange,
  resolveRange,
  systemCode,
} from "@dbsave/core";
import { findObject, objectPath } from "./object-path.ts";
import type { FsPlace } from "./options.ts";

export async function statObject(place: FsPlace, key: string): Promise<ObjectInfo> {
  checkKey(key);
  const path = await objectPath(place, key);
  const stat = await findObject(place, path);
  if (stat === undefined) throw notFound(path);
  return { key, sizeBytes: stat.sizeBytes, modifiedAt: stat.modifiedAt };
}

/** The bytes of the file that had the name when it was opened, whatever happens to the name afterwards. */
export async function getObject(place: FsPlace, key: string, options: GetOptions): Promise<Readable> {
  const { signal, ...range } = options;
  const file = await openObject(place, key);
  try {
    const { sizeBytes } = await file.stat();
    const { offset, length } = resolveRange(key, sizeBytes, range);
    const what = `storage-fs: get ${key}`;
    return abortStream(readRange(file, offset, length, what), signal, what);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openObject(place: FsPlace, key: string): Promise<FsReader> {
  checkKey(key);
  const path = await objectPath(place, key);
  // Asked first, because merely opening a device can change something.
  if ((await findObject(place, path)) === undefined) throw notFound(path);
  try {
    return await place.fs.openFile(path);
  } catch (error) {
    throw systemCode(error) === "ENOENT" ? notFound(path, error) : error;
  }
}

function notFound(path: string, cause?: unknown): DbsaveError {
  return new DbsaveError("OBJECT_NOT_FOUND", `storage-fs: no such object: ${path}`, { cause });
}
