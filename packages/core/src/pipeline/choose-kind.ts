import { chainOf } from "../catalog/chain.ts";
import type { Catalog, CatalogEntry } from "../catalog/entries.ts";
import type { Engine, ServerFacts } from "../contracts/engine.ts";
import type { IncrementalPolicy } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { formatDuration } from "../retention/duration.ts";

/** A full backup, with the reason where another kind was asked for, or one upon another. */
export type KindChoice =
  | { readonly kind: "full"; readonly fullBecause?: string }
  | { readonly kind: "incremental"; readonly parent: Manifest };

export interface KindQuestion {
  readonly engine: Engine;
  readonly method: string;
  readonly source: ServerFacts;
  readonly catalog: Catalog;
  /** Absent: all are full. */
  readonly policy?: IncrementalPolicy;
  readonly now: Date;
}

/**
 * Incremental upon the newest backup of the same source, engine and method, where the method has such a kind. Full when there is
 * none, when that one or one that it needs failed a check, and when the policy ends the chain. Pure.
 */
export function chooseKind({ engine, method, source, catalog, policy, now }: KindQuestion): KindChoice {
  if (policy === undefined || !engine.capabilities.methods[method]?.includes("incremental")) return { kind: "full" };
  const newest = catalog.entries.findLast(
    ({ manifest }) =>
      manifest.engine === engine.name && manifest.method === method && manifest.source.identity === source.identity,
  );
  if (newest === undefined) return { kind: "full", fullBecause: "there is no backup to take it upon" };
  const fullBecause = endOfChain(newest, catalog, policy, now);
  return fullBecause === undefined ? { kind: "incremental", parent: newest.manifest } : { kind: "full", fullBecause };
}

function endOfChain(
  { manifest, state }: CatalogEntry,
  catalog: Catalog,
  { fullEveryMs, longestChain }: IncrementalPolicy,
  now: Date,
): string | undefined {
  if (state !== "good") return `${manifest.id}, or a backup that it needs, failed a check`;
  const [full = manifest, ...upon] = chainOf(catalog, manifest);
  if (upon.length >= longestChain)
    return `${full.id} has ${upon.length} upon it, and the longest chain is ${longestChain}`;
  if (now.getTime() - full.startedAt.getTime() < fullEveryMs) return undefined;
  return `${full.id}, the last full one, is older than ${formatDuration(fullEveryMs)}`;
}
