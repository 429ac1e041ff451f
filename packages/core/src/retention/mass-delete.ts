import type { GoodBackup } from "./keep-rule.ts";

/** So few may go whatever part of the whole they are: a repository of a handful must be able to rotate. */
const alwaysAllowed = 3;

/**
 * Why removing all good backups but `kept` looks like an accident (a slip in the policy, a clock gone astray) and not like
 * rotation: more than `maxRatio` of all days would lose their backups.
 *
 * Days are counted, because thinning a day to the one backup that stands for it is rotation however many there are. Of a chain
 * only its last backup counts, because the others are needed for it and go with it. Suspect backups are no loss.
 * The first prune of a repository that was never pruned is stopped too: nothing tells it from a slip, so a person must agree once.
 */
export function* massDelete(
  good: readonly GoodBackup[],
  kept: ReadonlyMap<string, unknown>,
  maxRatio: number,
): Generator<string> {
  const parents = new Set(good.map(({ parent }) => parent));
  const ends = good.filter(({ id }) => !parents.has(id));
  const staying = ends.filter(({ id }) => kept.has(id));
  const days = countDays(ends);
  const lostDays = days - countDays(staying);
  if (ends.length - staying.length > alwaysAllowed && !(lostDays <= days * maxRatio))
    yield `${lostDays} of ${days} days would lose their backups, more than ${Math.round(maxRatio * 100)} % at once`;
}

const countDays = (backups: readonly GoodBackup[]): number => new Set(backups.map(({ periods }) => periods.day)).size;
