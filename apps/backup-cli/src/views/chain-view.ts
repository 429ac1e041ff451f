import { type CatalogEntry, chainOf, type Manifest } from "@dbsave/core";

/** Where a backup stands among those that need each other. */
export interface ChainPlace {
  /** Ids of what it cannot be restored without, oldest first, itself last. */
  readonly chain: readonly string[];
  /** Ids of what cannot be restored without it, oldest first. */
  readonly neededBy: readonly string[];
}

/** `entries` are those of its target, oldest first. */
export function chainPlaceOf({ id, ...manifest }: Manifest, entries: readonly CatalogEntry[]): ChainPlace {
  const idsOf = (other: Manifest): readonly string[] => chainOf({ entries }, other).map((link) => link.id);
  const neededBy = entries.filter(({ manifest: other }) => other.id !== id && idsOf(other).includes(id));
  return { chain: idsOf({ id, ...manifest }), neededBy: neededBy.map((entry) => entry.manifest.id) };
}

/** `full`, or `incremental 2 of 8f3a09bc`: the second upon that full backup, by the end of its id. */
export function kindText(manifest: Manifest, entries: readonly CatalogEntry[]): string {
  const [first, ...upon] = chainOf({ entries }, manifest);
  if (manifest.parent === null || first === undefined) return manifest.kind;
  return `${manifest.kind} ${upon.length} of ${first.id.slice(-8)}`;
}

/** Lines of `dbsave show`; none for a backup that stands alone. */
export function chainFacts({ chain, neededBy }: ChainPlace): (readonly [string, string])[] {
  const needs = chain.slice(0, -1);
  return [
    ...(needs.length > 0 ? [["Needs", needs.join(", ")] as const] : []),
    ...(neededBy.length > 0 ? [["Needed by", neededBy.join(", ")] as const] : []),
  ];
}
