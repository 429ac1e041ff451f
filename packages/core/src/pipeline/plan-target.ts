import type { Catalog, CatalogEntry } from "../catalog/entries.ts";
import { freezes } from "../retention/freezes.ts";
import { planRetention } from "../retention/plan-retention.ts";
import type { RetentionPolicy } from "../retention/policy.ts";
import type { RetentionBackup, RetentionConditions, RetentionPlan } from "../retention/retention-plan.ts";

/**
 * The plan of a whole target. Backups of another source, engine or method never stand in for each other: each group keeps
 * its own tiers and floors. What freezes one group freezes the target. Without a policy all stay.
 */
export function planTarget(
  catalog: Catalog,
  policy: RetentionPolicy | null,
  now: Date,
  given: RetentionConditions = {},
): RetentionPlan {
  const unreadable = [...(given.unreadable ?? []), ...catalog.damaged.map(({ id }) => id)];
  const conditions = { ...given, unreadable };
  if (policy === null) return keepAll(catalog, conditions);
  const groups = [...Map.groupBy(catalog.entries, groupOf).values()].map((entries) => entries.map(retentionBackup));
  const plans = groups.map((backups) => planRetention(backups, policy, now, conditions));
  const reasons = [...new Set(plans.flatMap(({ frozen }) => frozen))];
  if (reasons.length === 0) return merge(plans);
  const frozen = groups.map((backups) => planRetention(backups, policy, now, { ...conditions, reasons }));
  return { ...merge(frozen), frozen: reasons };
}

function keepAll({ entries }: Catalog, conditions: RetentionConditions): RetentionPlan {
  const keep = entries.map(({ manifest }) => ({ id: manifest.id, reasons: ["the target keeps all"] })).toReversed();
  const draft = { backups: [], good: [], kept: new Map(), now: new Date(0) };
  return { keep, remove: [], frozen: [...freezes(draft, conditions)] };
}

function groupOf({ manifest }: CatalogEntry): string {
  return JSON.stringify([manifest.engine, manifest.source.identity, manifest.method]);
}

function retentionBackup({ manifest, state, proven, pin }: CatalogEntry): RetentionBackup {
  const { id, sequence, startedAt, parent } = manifest;
  const known = { id, sequence, startedAt, parent, state, proven: proven !== null };
  return pin === null ? known : { ...known, pin };
}

function merge(plans: readonly RetentionPlan[]): RetentionPlan {
  return {
    keep: plans.flatMap(({ keep }) => keep),
    remove: plans.flatMap(({ remove }) => remove),
    frozen: [],
  };
}
