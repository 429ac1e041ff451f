import { join } from "node:path";
import { checkKey, compareKeys, type ObjectInfo } from "@dbsave/core";
import { entriesOf, findObject, refuseForeign } from "./object-path.ts";
import type { FsPlace } from "./options.ts";
import { temporaryDirectory } from "./temporary-files.ts";

/** At the root: our uncommitted files, and what some file systems put into their own root. */
const notObjects = new Set([temporaryDirectory, "lost+found"]);

/**
 * The objects whose key starts with `prefix`, in key order; one directory's names are in memory at a time, and those of the
 * directories above it. What vanishes meanwhile is left out; whatever else cannot be read is thrown.
 */
export async function* listObjects(place: FsPlace, prefix: string, parent = ""): AsyncGenerator<ObjectInfo, void> {
  const entries = await entriesOf(place, join(place.root, parent));
  // A directory stands for keys that begin with its name and a slash, which decides its place among the files.
  const named = entries
    .filter(({ name }) => parent !== "" || !notObjects.has(name))
    .map(({ kind, name }) => ({ kind, key: parent + name + (kind === "directory" ? "/" : "") }));
  for (const { kind, key } of named.toSorted((a, b) => compareKeys(a.key, b.key))) {
    const matches = key.startsWith(prefix);
    if (!matches && !prefix.startsWith(kind === "directory" ? key : `${key}/`)) continue;
    refuseForeign({ kind }, key);
    if (kind === "directory") yield* listObjects(place, prefix, key);
    else if (matches) {
      checkKey(key);
      const stat = await findObject(place, join(place.root, key));
      if (stat !== undefined) yield { key, sizeBytes: stat.sizeBytes, modifiedAt: stat.modifiedAt };
    }
  }
}
