import { dirname } from "node:path";
import { checkKey, systemCode } from "@dbsave/core";
import { findObject, objectPath } from "./object-path.ts";
import type { FsPlace } from "./options.ts";

/** Removes the object, durably, and the directories that are empty without it. */
export async function deleteObject(place: FsPlace, key: string): Promise<void> {
  checkKey(key);
  const path = await objectPath(place, key);
  const existing = await findObject(place, path);
  if (existing !== undefined) await place.fs.unlink(path).catch(ignoreMissing);
  // Synced also when nothing was there: whoever removed it may have crashed before this.
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    await place.fs.syncDirectory(directory).catch(ignoreMissing);
    if (directory === place.root) return;
    // An empty directory holds nothing, so it may stay when it cannot be removed.
    const removed = await place.fs.removeDirectory(directory).then(() => true, isMissing);
    if (!removed) return;
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
