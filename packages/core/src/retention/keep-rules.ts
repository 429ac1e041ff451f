import { calendarRule } from "./calendar-rule.ts";
import { formatDuration } from "./duration.ts";
import type { GoodBackup, KeepRule } from "./keep-rule.ts";
import type { RetentionPolicy } from "./policy.ts";

/** The rules of a policy that are not turned off, applied to the good backups. */
export function applyRules(
  oldestFirst: readonly GoodBackup[],
  { keep, anchor }: RetentionPolicy,
  now: Date,
): KeepRule[] {
  const { last = 0, withinMs = 0 } = keep;
  const rules = last > 0 ? [lastRule(last, oldestFirst)] : [];
  for (const tier of ["daily", "weekly", "monthly", "yearly"] as const) {
    const count = keep[tier] ?? 0;
    if (count > 0) rules.push(calendarRule(tier, count, anchor, oldestFirst));
  }
  return withinMs > 0 ? [...rules, withinRule(withinMs, oldestFirst, now)] : rules;
}

function lastRule(count: number, oldestFirst: readonly GoodBackup[]): KeepRule {
  const reason = `one of the last ${count}`;
  const kept = new Map(oldestFirst.slice(-count).map(({ id }) => [id, reason]));
  return { name: "last", kept, explain: () => `not ${reason}` };
}

/**
 * Keeps what is younger than `withinMs`, and the newest of the others: it reaches back to where the window begins, and a
 * clock that jumps ahead finds it between itself and the last backup there is.
 */
function withinRule(withinMs: number, oldestFirst: readonly GoodBackup[], now: Date): KeepRule {
  const window = formatDuration(withinMs);
  const isOld = ({ startedAt }: GoodBackup) => now.getTime() - startedAt.getTime() >= withinMs;
  const kept = new Map(oldestFirst.filter((backup) => !isOld(backup)).map(({ id }) => [id, `within ${window}`]));
  const edge = oldestFirst.findLast(isOld);
  if (edge) kept.set(edge.id, `newest good one older than ${window}`);
  return { name: "within", kept, explain: () => `older than ${window}, and so is a newer good one` };
}
