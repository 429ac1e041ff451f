import { join } from "node:path";
import { DbsaveError, type FsEntry, type FsStat, systemCode } from "@dbsave/core";
import type { FsPlace } from "./options.ts";

/**
 * Where the object of a valid key is or would be. Every directory on the way is a real one or missing: a link, which could
 * lead out of the repository, is KEY_INVALID.
 */
export async function objectPath(place: FsPlace, key: string): Promise<string> {
  for (const directory of parentDirectories(place.root, key)) {
    const stat = await lstatIfAny(place, directory);
    if (stat === undefined) break;
    refuseForeign(stat, directory);
  }
  return join(place.root, key);
}

/** The object at `path`; undefined when there is none, also when the name is a directory's. */
export async function findObject(place: FsPlace, path: string): Promise<FsStat | undefined> {
  const stat = await lstatIfAny(place, path);
  if (stat !== undefined) refuseForeign(stat, path);
  return stat?.kind === "file" ? stat : undefined;
}

/** Makes the directories of a key below the root, durably. */
export async function makeParents(place: FsPlace, key: string): Promise<void> {
  let parent = place.root;
  for (const directory of parentDirectories(place.root, key)) {
    await makeRealDirectory(place, directory);
    // Also when it existed: whoever made it may have crashed before this.
    await place.fs.syncDirectory(parent);
    parent = directory;
  }
}

/** What a directory holds; nothing when there is none. */
export async function entriesOf({ fs }: FsPlace, directory: string): Promise<readonly FsEntry[]> {
  try {
    return await fs.list(directory);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** KEY_INVALID for anything a repository never holds. */
export function refuseForeign({ kind }: Pick<FsStat, "kind">, path: string): void {
  if (kind === "file" || kind === "directory") return;
  const what = kind === "symlink" ? "a symbolic link" : "a special file";
  throw new DbsaveError("KEY_INVALID", `storage-fs: ${what} is in the repository and is not followed: ${path}`);
}

/** A directory, never a link to one. Its name is durable after a sync of its parent. */
export async function makeRealDirectory({ fs }: FsPlace, directory: string): Promise<void> {
  try {
    await fs.makeDirectory(directory);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    const stat = await fs.lstat(directory);
    refuseForeign(stat, directory);
    if (stat.kind === "file") {
      throw new DbsaveError("OBJECT_EXISTS", `storage-fs: an object is where a directory is needed: ${directory}`);
    }
  }
}

async function lstatIfAny({ fs }: FsPlace, path: string): Promise<FsStat | undefined> {
  try {
    return await fs.lstat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** From the outermost in. */
function parentDirectories(root: string, key: string): string[] {
  const segments = key.split("/").slice(0, -1);
  return segments.map((_, index) => join(root, ...segments.slice(0, index + 1)));
}
