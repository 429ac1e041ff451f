import { dirname } from "node:path";
import { type FsPort, placeFile, systemCode } from "@dbsave/core";
import { companionSuffixes } from "./restore-place.ts";

/**
 * Puts the finished file `temporary` in the place of the database `target`, which goes on as `aside` with all its
 * companions. Returns the names under which the old files are now. On failure everything is back where it was.
 *
 * The order makes every crash harmless. First the old files get their second names, so that nothing can be lost. Then the
 * old database loses its first name, before its companions lose theirs: an application that starts now finds no database
 * instead of one without its WAL. The new database comes last, once no companion is left that it could meet. Each step is
 * on the disk before the next one begins; a crash leaves the old database at `target`, or only at `aside`, or the new one.
 */
export async function swapIn(fs: FsPort, temporary: string, target: string, aside: string): Promise<readonly string[]> {
  const directory = dirname(target);
  const present = await presentOf(fs, target);
  const linked: string[] = [];
  const removed: string[] = [];
  try {
    for (const suffix of present) {
      await fs.link(target + suffix, aside + suffix);
      linked.push(suffix);
    }
    await fs.syncDirectory(directory);
    for (const group of [present.filter((suffix) => suffix === ""), present.filter((suffix) => suffix !== "")]) {
      for (const suffix of group) {
        removed.push(suffix);
        await fs.unlink(target + suffix);
      }
      await fs.syncDirectory(directory);
    }
    await placeFile(fs, temporary, target, "fail");
    return linked.map((suffix) => aside + suffix);
  } catch (error) {
    await putBack(fs, target, aside, linked, removed);
    throw error;
  }
}

async function presentOf(fs: FsPort, target: string): Promise<readonly string[]> {
  const present: string[] = [];
  for (const suffix of ["", ...companionSuffixes]) {
    try {
      await fs.lstat(target + suffix);
      present.push(suffix);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
  return present;
}

/** Companions first, the database last: the reverse of how they went. */
async function putBack(
  fs: FsPort,
  target: string,
  aside: string,
  linked: readonly string[],
  removed: readonly string[],
): Promise<void> {
  for (const suffix of removed.toReversed()) {
    try {
      await fs.link(aside + suffix, target + suffix);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
  await fs.syncDirectory(dirname(target));
  for (const suffix of linked) await fs.unlink(aside + suffix);
}
