import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { isMarkedAlive, processMark } from "../lock/process-mark.ts";

/** How long what cannot be told from a live run's, such as another container's, is left alone. */
const strangerMs = 7 * 24 * 60 * 60_000;

/** A private directory of one run; disposing removes it and all that is in it. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a private (0700) directory below `root`, and first removes those that killed runs of this user left there: they can
 * hold a plain copy of a database. Its name tells whose it is, so there is no moment in which it belongs to nobody, and
 * stays short, because a socket in it may have 107 characters. OPTIONS_INVALID when `root` is no directory.
 */
export async function makeScratch(root: string): Promise<Scratch> {
  try {
    for (const name of await readdir(root)) {
      const directory = join(root, name);
      if (await isLeftover(directory, name)) await rm(directory, { recursive: true, force: true });
    }
    const path = await mkdtemp(join(root, `dbsave-${processMark()}-`));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  } catch (error) {
    throw toDbsaveError(error, "OPTIONS_INVALID", `scratch: cannot be used: ${root}`);
  }
}

async function isLeftover(directory: string, name: string): Promise<boolean> {
  const [, mark = ""] = /^dbsave-(.*)-\w{6}$/.exec(name) ?? [];
  const alive = isMarkedAlive(mark);
  if (alive === undefined) return false;
  const stat = await lstat(directory).catch(() => undefined); // another run may be removing it just now
  if (stat === undefined || !stat.isDirectory() || stat.uid !== process.getuid?.()) return false;
  return alive === "dead" || (alive === "unknown" && Date.now() - stat.mtimeMs > strangerMs);
}
