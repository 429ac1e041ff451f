import { join } from "node:path";
import type { Readable } from "node:stream";
import { checkKey, DbsaveError, makeDirectories, type ObjectInfo, type PutOptions, publishFile } from "@dbsave/core";
import { findObject, makeParents, makeRealDirectory, objectPath } from "./object-path.ts";
import type { FsPlace } from "./options.ts";
import { temporaryDirectory, temporaryName } from "./temporary-files.ts";

/** Below `tmp` first, then under its key in one step. */
export async function putObject(place: FsPlace, key: string, body: Readable, options: PutOptions): Promise<ObjectInfo> {
  checkKey(key);
  const path = await objectPath(place, key);
  const existing = await findObject(place, path);
  if (existing !== undefined && options.ifExists === "fail") {
    throw new DbsaveError("OBJECT_EXISTS", `storage-fs: exists already: ${path}`);
  }
  const directory = join(place.root, temporaryDirectory);
  await makeDirectories(place.fs, place.root);
  await makeRealDirectory(place, directory);
  const stat = await publishFile(place.fs, path, body, {
    ...options,
    temporary: join(directory, temporaryName()),
    makeDirectory: () => makeParents(place, key),
  });
  return { key, sizeBytes: stat.sizeBytes, modifiedAt: stat.modifiedAt };
}
