import { formatDuration } from "./duration.ts";
import type { Reason } from "./floors.ts";
import type { GoodBackup, KeepRule } from "./keep-rule.ts";
import type { RetentionBackup } from "./retention-plan.ts";

/**
 * Suspect backups stay while there is no newer good one, while no rule that counts time is over for them, and as far back as `last`
 * and `daily` keep good ones: somebody may still look into a failure for as long as the backups around it are there.
 */
export function* suspectsToKeep(
  suspects: readonly RetentionBackup[],
  good: readonly GoodBackup[],
  rules: readonly KeepRule[],
  withinMs: number,
  now: Date,
): Generator<Reason> {
  const newestGood = good.at(-1)?.sequence ?? Number.NEGATIVE_INFINITY;
  const recent = rules.filter(({ name }) => name === "last" || name === "daily");
  const oldestRecent = good.find(({ id }) => recent.some(({ kept }) => kept.has(id)))?.sequence ?? newestGood;
  for (const { id, sequence, startedAt } of suspects) {
    if (sequence >= newestGood) yield [id, "suspect, but there is no newer good one"];
    else if (now.getTime() - startedAt.getTime() < withinMs) yield [id, `suspect, within ${formatDuration(withinMs)}`];
    else if (sequence >= oldestRecent) yield [id, "suspect, but not older than all recent good ones"];
  }
}
