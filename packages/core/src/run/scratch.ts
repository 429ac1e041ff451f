import { hash } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, processIdentity } from "../lock/process-identity.ts";

/** How long what cannot be told from a live run's, such as another container's, is left alone. */
const strangerMs = 7 * 24 * 60 * 60_000;

/** A private directory of one run; disposing removes it and all that is in it. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a private (0700) directory below `root`, and first removes those that killed runs of this user left there: they can
 * hold a plain copy of a database. Its name tells whose it is, so there is no moment in which it belongs to nobody, and
 * stays short, because a socket in it may have 107 characters.
 */
export async function makeScratch(root: string): Promise<Scratch> {
  for (const name of await readdir(root)) {
    const directory = join(root, name);
    if (await isLeftover(directory, name)) await rm(directory, { recursive: true, force: true });
  }
  const { pid, startTime } = processIdentity();
  const path = await mkdtemp(join(root, `dbsave-${placeOf()}-${pid}-${startTime}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function isLeftover(directory: string, name: string): Promise<boolean> {
  const [, place, pid, startTime = ""] = /^dbsave-([0-9a-f]{8})-(\d+)-(\d*)-\w{6}$/.exec(name) ?? [];
  if (place === undefined) return false;
  const stat = await lstat(directory).catch(() => undefined); // another run may be removing it just now
  if (stat === undefined || !stat.isDirectory() || stat.uid !== process.getuid?.()) return false;
  if (place !== placeOf()) return Date.now() - stat.mtimeMs > strangerMs;
  return isAlive({ ...processIdentity(), pid: Number(pid), startTime }) === "dead";
}

/** Where process numbers are comparable: this host, boot and process namespace. */
function placeOf(): string {
  const { host, bootId, pidNamespace } = processIdentity();
  return hash("sha256", [host, bootId, pidNamespace].join("\n")).slice(0, 8);
}
