import { join } from "node:path";
import { checkKey, compareKeys, type FsKind, type ObjectInfo } from "@dbsave/core";
import { entriesOf, findObject, refuseForeign } from "./object-path.ts";
import type { FsPlace } from "./options.ts";
import { temporaryDirectory } from "./temporary-files.ts";

/** So many files are looked at side by side. */
const together = 64;

interface Entry {
  readonly kind: FsKind;
  readonly key: string;
}

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
  const sorted = named
    .filter(({ kind, key }) => key.startsWith(prefix) || prefix.startsWith(kind === "directory" ? key : `${key}/`))
    .toSorted((a, b) => compareKeys(a.key, b.key));
  const files: Entry[] = [];
  for (const entry of sorted) {
    const isDirectory = entry.kind === "directory";
    if (!isDirectory) files.push(entry);
    if (isDirectory || files.length === together) yield* await objectsAt(place, files.splice(0), prefix);
    if (isDirectory) yield* listObjects(place, prefix, entry.key);
  }
  yield* await objectsAt(place, files, prefix);
}

async function objectsAt(place: FsPlace, files: readonly Entry[], prefix: string): Promise<readonly ObjectInfo[]> {
  return (await Promise.all(files.map((file) => objectAt(place, file, prefix)))).flat();
}

/** One, or none where it vanished, or where only keys below its name are asked for. */
async function objectAt(place: FsPlace, { kind, key }: Entry, prefix: string): Promise<readonly ObjectInfo[]> {
  refuseForeign({ kind }, key);
  if (!key.startsWith(prefix)) return [];
  checkKey(key);
  const stat = await findObject(place, join(place.root, key));
  return stat === undefined ? [] : [{ key, sizeBytes: stat.sizeBytes, modifiedAt: stat.modifiedAt }];
}
