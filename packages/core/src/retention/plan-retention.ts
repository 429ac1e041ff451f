import { createCalendar } from "./calendar.ts";
import { traceChains } from "./chains.ts";
import { floors, holds, type Reason } from "./floors.ts";
import { freezes } from "./freezes.ts";
import type { GoodBackup, KeepRule } from "./keep-rule.ts";
import { applyRules } from "./keep-rules.ts";
import { checkKeep } from "./parse-keep.ts";
import type { RetentionPolicy } from "./policy.ts";
import type { RetentionBackup, RetentionConditions, RetentionPlan } from "./retention-plan.ts";
import { suspectsToKeep } from "./suspects.ts";

/**
 * Decides what stays and what goes, with a printed reason for each. Pure, and independent of the order of `backups`, which are
 * all committed backups of one source and kind. Their order in time is that of `sequence`, their periods are those of `startedAt`.
 *
 * A good backup stays when a rule of the policy chooses it, or as a floor: the newest, the newest proven, the 2 newest fulls.
 * A suspect one, or one whose chain holds a suspect one, is never chosen, never counted and never a floor (`suspectsToKeep`).
 * Whatever is pinned, younger than 24 hours, in the future, or needed by what stays, stays.
 *
 * POLICY_INVALID for rules that keep nothing or are out of range, and for an unknown zone or anchor.
 */
export function planRetention(
  backups: readonly RetentionBackup[],
  policy: RetentionPolicy,
  now: Date,
  conditions: RetentionConditions = {},
): RetentionPlan {
  checkKeep(policy.keep, "keep");
  const periodsOf = createCalendar(policy.timeZone, policy.anchor);
  const oldestFirst = backups.toSorted((a, b) => a.sequence - b.sequence || (a.id < b.id ? -1 : 1));
  const { sound, broken } = traceChains(oldestFirst);
  const past = oldestFirst.filter(({ startedAt }) => startedAt <= now);
  const suspects = past.filter(({ id }) => !sound.has(id));
  const good = past
    .filter(({ id }) => sound.has(id))
    .map((backup): GoodBackup => ({ ...backup, periods: periodsOf(backup.startedAt) }));
  const rules = applyRules(good, policy, now);

  const newestFirst = oldestFirst.toReversed();
  const reasons = withParents(newestFirst, [
    ...rules.flatMap(({ kept }) => [...kept]),
    ...floors(good),
    ...suspectsToKeep(suspects, good, rules, policy.keep.withinMs ?? 0, now),
    ...holds(oldestFirst, now),
  ]);
  const frozen = [...broken, ...freezes({ backups: oldestFirst, good, kept: reasons, now }, conditions)];

  const goodById = new Map(good.map((backup) => [backup.id, backup]));
  const spare = newestFirst
    .filter(({ id }) => !reasons.has(id))
    .map(({ id }) => ({ id, reason: explainRemoval(goodById.get(id), rules) }));
  if (frozen.length > 0) for (const { id, reason } of spare) reasons.set(id, [`frozen, else removed: ${reason}`]);
  return {
    keep: newestFirst.filter(({ id }) => reasons.has(id)).map(({ id }) => ({ id, reasons: reasons.get(id) ?? [] })),
    remove: frozen.length > 0 ? [] : spare,
    frozen,
  };
}

/** Reasons by id, of what was chosen and of what that needs. */
function withParents(newestFirst: readonly RetentionBackup[], chosen: readonly Reason[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  const add = (id: string, reason: string) => {
    const known = reasons.get(id);
    if (known) known.push(reason);
    else reasons.set(id, [reason]);
  };
  for (const [id, reason] of chosen) add(id, reason);
  // A child is newer than its parent, so one pass reaches the whole chain.
  for (const { id, parent } of newestFirst) if (parent !== null && reasons.has(id)) add(parent, `parent of ${id}`);
  return reasons;
}

function explainRemoval(backup: GoodBackup | undefined, rules: readonly KeepRule[]): string {
  if (!backup) return "suspect, and older than the recent good ones";
  return rules.map((rule) => rule.explain(backup)).join("; ");
}
