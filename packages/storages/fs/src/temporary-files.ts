import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isAlive, type ProcessIdentity, processIdentity, type SweepOptions, throwIfAborted } from "@dbsave/core";
import { entriesOf, findObject } from "./object-path.ts";
import type { FsPlace } from "./options.ts";

/** Beside the objects, on their file system, and never one of them: no key begins with it. */
export const temporaryDirectory = "tmp";

/** A name no other writer has, which tells a later `sweep` who this one is. */
export function temporaryName(): string {
  const { pid, startTime, pidNamespace, bootId, host } = processIdentity();
  const owner = [pid, startTime, pidNamespace, bootId, host].map(encodeURIComponent).join("+");
  return `${owner}-${randomBytes(8).toString("hex")}.partial`;
}

/** Removes what crashed writers left: old enough, and not of a process that is known to live. Returns how many files. */
export async function sweepTemporary(place: FsPlace, options: SweepOptions): Promise<number> {
  const directory = join(place.root, temporaryDirectory);
  const oldest = options.now.getTime() - options.olderThanMs;
  let removed = 0;
  // A link to somewhere else is refused before anything there is touched.
  await findObject(place, directory);
  for (const { name } of await entriesOf(place, directory)) {
    throwIfAborted(options.signal, "storage-fs: sweep");
    const path = join(directory, name);
    const owner = ownerOf(name);
    if (!isOurs(name) || (owner !== undefined && isAlive(owner) === "alive")) continue;
    const file = await findObject(place, path);
    if (file === undefined || file.modifiedAt.getTime() > oldest) continue;
    await place.fs.unlink(path);
    removed += 1;
  }
  if (removed > 0) await place.fs.syncDirectory(directory);
  return removed;
}

/** A file being written, or the claim on a name that `publishFile` makes where there are no hard links. */
function isOurs(name: string): boolean {
  return name.endsWith(".partial") || name.endsWith(".claim");
}

/** Undefined for a file that does not name its writer, such as a claim on a key. */
function ownerOf(name: string): ProcessIdentity | undefined {
  const match = /^(\d+)\+([^+]*)\+([^+]*)\+([^+]*)\+([^+]+)-[^-]+\.partial$/.exec(name);
  if (match === null) return undefined;
  try {
    const [pid, startTime = "", pidNamespace = "", bootId = "", host = ""] = match.slice(1).map(decodeURIComponent);
    return { pid: Number(pid), startTime, pidNamespace, bootId, host };
  } catch {
    return undefined; // a name that no writer of ours gives
  }
}
