import type { Manifest } from "../contracts/manifest.ts";
import type { Catalog, CatalogEntry } from "./entries.ts";

/** What `manifest` cannot be restored without, as far as it is there: oldest first, itself last. */
export function chainOf({ entries }: Pick<Catalog, "entries">, manifest: Manifest): readonly Manifest[] {
  const chain = [manifest];
  for (const { manifest: older } of entries.toReversed()) {
    if (older.id === chain[0]?.parent) chain.unshift(older);
  }
  return chain;
}

/** A backup whose parent is suspect, or not there, is worth no more than that. Takes and gives entries oldest first. */
export function judgeChains(oldestFirst: readonly CatalogEntry[]): readonly CatalogEntry[] {
  const good = new Set<string>();
  return oldestFirst.map((entry) => {
    const { id, parent } = entry.manifest;
    const isGood = entry.state === "good" && (parent === null || good.has(parent));
    if (!isGood) return { ...entry, state: "suspect", proven: null };
    good.add(id);
    return entry;
  });
}
