import { dirname } from "node:path";
import { DbsaveError, type FsPort, placeFile, systemCode } from "@dbsave/core";
import { companionSuffixes } from "./restore-place.ts";

/**
 * Puts the finished file `temporary` in the place of the database `target`, which goes on as `aside` with all its
 * companions. Returns the names under which the old files are now. On failure everything is back where it was. TARGET_BUSY
 * when somebody comes meanwhile: who opened the old database keeps it at its place; who made a new one keeps that, alone,
 * and the old one stays at `aside`.
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
  const gone = new Set<string>();
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
        gone.add(suffix);
      }
      await fs.syncDirectory(directory);
    }
    await refuseNewcomer(fs, target);
    await placeFile(fs, temporary, target, "fail");
    return linked.map((suffix) => aside + suffix);
  } catch (error) {
    if (await putBack(fs, target, aside, removed, gone)) {
      for (const suffix of linked) await fs.unlink(aside + suffix);
      throw error;
    }
    const message = `sqlite: somebody made a new database meanwhile: ${target}`;
    throw new DbsaveError("TARGET_BUSY", message, { cause: error, hint: `The old database is now ${aside}.` });
  }
}

/** Who opened the old database before it lost its name makes companions under that name, which the new one must not meet. */
async function refuseNewcomer(fs: FsPort, target: string): Promise<void> {
  const [suffix] = await presentOf(fs, target);
  if (suffix === undefined) return;
  throw new DbsaveError("TARGET_BUSY", `sqlite: somebody opened the database meanwhile: ${target}${suffix} appeared`);
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

/**
 * Companions first, the database last: the reverse of how they went. False when somebody has taken a name that was `gone`;
 * then nothing is put back. A name that is taken but was never gone is the old file's own, which could not be removed.
 */
async function putBack(
  fs: FsPort,
  target: string,
  aside: string,
  removed: readonly string[],
  gone: ReadonlySet<string>,
): Promise<boolean> {
  if (gone.has("") && (await presentOf(fs, target)).includes("")) return false;
  const back: string[] = [];
  for (const suffix of removed.toReversed()) {
    try {
      await fs.link(aside + suffix, target + suffix);
      back.push(suffix);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      if (!gone.has(suffix)) continue;
      for (const mine of back) await fs.unlink(target + mine);
      return false;
    }
  }
  await fs.syncDirectory(dirname(target));
  return true;
}
