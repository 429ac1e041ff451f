import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, type ProcessIdentity, processIdentity } from "../lock/process-identity.ts";

const prefix = "dbsave-";

/** A private directory of one run; disposing removes it and all that is in it. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a private (0700) directory below `root`, and first removes those that killed runs of this user left there: they can
 * hold a plain copy of a database. One whose process lives, or may live, is never touched.
 */
export async function makeScratch(root: string): Promise<Scratch> {
  await removeDeadScratch(root);
  const directory = await mkdtemp(join(root, prefix));
  await writeFile(join(directory, "owner.json"), JSON.stringify(processIdentity()), { flag: "wx", mode: 0o600 });
  const path = join(directory, "work");
  await mkdir(path, { mode: 0o700 });
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

async function removeDeadScratch(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(root, name);
    const owner = await ownerOf(directory);
    if (owner !== undefined && isAlive(owner) === "dead") await rm(directory, { recursive: true, force: true });
  }
}

/** Undefined for what is not a scratch directory of this user, and for one that is just being made or removed. */
async function ownerOf(directory: string): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await lstat(directory);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return undefined;
    return JSON.parse(await readFile(join(directory, "owner.json"), "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
