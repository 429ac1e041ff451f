import type { Catalog, CatalogEntry } from "./entries.ts";

/** How a target stands: what could be restored now, and since when that is proven. */
export interface Freshness {
  readonly target: string;
  readonly backups: number;
  readonly damaged: number;
  readonly suspect: number;
  readonly newest: CatalogEntry | null;
  readonly newestProven: CatalogEntry | null;
  /** Age of the data of the newest good, and of the newest proven backup. */
  readonly newestAgeMs: number | null;
  readonly provenAgeMs: number | null;
}

export function freshnessOf(catalog: Catalog, now: Date): Freshness {
  const newest = catalog.entries.findLast((entry) => entry.state === "good") ?? null;
  const newestProven = catalog.entries.findLast((entry) => entry.proven !== null) ?? null;
  return {
    target: catalog.target,
    backups: catalog.entries.length,
    damaged: catalog.damaged.length,
    suspect: catalog.entries.filter((entry) => entry.state === "suspect").length,
    newest,
    newestProven,
    newestAgeMs: ageOf(newest, now),
    provenAgeMs: ageOf(newestProven, now),
  };
}

function ageOf(entry: CatalogEntry | null, now: Date): number | null {
  return entry === null ? null : now.getTime() - entry.manifest.consistentAt.getTime();
}
