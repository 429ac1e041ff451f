import type { RetentionBackup, RetentionConditions, RetentionPolicy } from "../../src/index.ts";

/**
 * Retention written a second time, from its definition and for small inputs only: it walks the calendar backwards day by day,
 * asks "is there a backup that ..." of the whole list, and repeats until nothing changes. It shares nothing with the planner.
 * This is what stays when nothing is frozen.
 */
export function modelStays(backups: readonly RetentionBackup[], policy: RetentionPolicy, now: Date): Set<string> {
  const age = (backup: RetentionBackup) => now.getTime() - backup.startedAt.getTime();
  const good = goodOnes(backups, now);
  const isGood = new Set(good);
  const recent = new Set([...good.slice(0, policy.keep.last ?? 0), ...chooseDaily(good, policy)]);
  const stays = new Set<RetentionBackup>([...recent, ...choosePeriods(good, policy)]);
  const withinMs = policy.keep.withinMs ?? 0;
  for (const backup of withinMs > 0 ? good : []) {
    const newerAndOld = good.some((other) => other.sequence > backup.sequence && age(other) >= withinMs);
    if (age(backup) < withinMs || !newerAndOld) stays.add(backup);
  }
  for (const floor of [good[0], good.find(({ proven }) => proven)]) if (floor) stays.add(floor);
  for (const full of good.filter(({ parent }) => parent === null).slice(0, 2)) stays.add(full);
  for (const backup of backups.filter((each) => !isGood.has(each))) {
    const hasNewerGood = good.some((other) => other.sequence > backup.sequence);
    const isForgotten = [...recent].every((other) => other.sequence > backup.sequence);
    if (!hasNewerGood || !isForgotten || age(backup) < withinMs) stays.add(backup);
  }
  for (const backup of backups) if (age(backup) < 24 * hour || backup.pin !== undefined) stays.add(backup);
  for (let size = -1; size !== stays.size; ) {
    size = stays.size;
    for (const child of stays) for (const each of backups) if (each.id === child.parent) stays.add(each);
  }
  return new Set([...stays].map(({ id }) => id));
}

/** Whether anything freezes the plan. */
export function modelFreezes(
  backups: readonly RetentionBackup[],
  policy: RetentionPolicy,
  now: Date,
  conditions: RetentionConditions,
): boolean {
  const age = (backup: RetentionBackup) => now.getTime() - backup.startedAt.getTime();
  const newestGood = goodOnes(backups, now)[0];
  const isLate =
    conditions.expectedIntervalMs !== undefined &&
    backups.length > 0 &&
    (newestGood === undefined || age(newestGood) > 2 * conditions.expectedIntervalMs);
  return (
    conditions.lastRunFailed === true ||
    (conditions.unreadable ?? []).length > 0 ||
    isLate ||
    backups.some((backup) => backup.parent !== null && !parentOf(backup, backups)) ||
    backups.some((backup) => age(backup) < -hour / 6) ||
    (conditions.allowMassDelete !== true && losesTooMuch(backups, policy, now, conditions.maxRemoveRatio ?? 0.5))
  );
}

const hour = 3_600_000;

const parentOf = (child: RetentionBackup, backups: readonly RetentionBackup[]) =>
  backups.find((each) => each.id === child.parent && each.sequence < child.sequence);

/** Newest first, and none of the future. */
function goodOnes(backups: readonly RetentionBackup[], now: Date): RetentionBackup[] {
  const isGood = (backup: RetentionBackup): boolean => {
    if (backup.state !== "good" || backup.parent === null) return backup.state === "good";
    const parent = parentOf(backup, backups);
    return parent !== undefined && isGood(parent);
  };
  return backups
    .filter((backup) => backup.startedAt.getTime() <= now.getTime() && isGood(backup))
    .toSorted((a, b) => b.sequence - a.sequence);
}

function losesTooMuch(backups: readonly RetentionBackup[], policy: RetentionPolicy, now: Date, ratio: number): boolean {
  const stays = modelStays(backups, policy, now);
  const good = goodOnes(backups, now);
  const last = good.filter((backup) => good.every((other) => other.parent !== backup.id));
  const dayOf = (backup: RetentionBackup) => localDate(backup.startedAt, policy.timeZone);
  const days = [...new Set(last.map(dayOf))];
  const emptied = days.filter((day) => last.every((backup) => dayOf(backup) !== day || !stays.has(backup.id)));
  return last.filter(({ id }) => !stays.has(id)).length > 3 && emptied.length / days.length > ratio;
}

function chooseDaily(newestFirst: readonly RetentionBackup[], policy: RetentionPolicy): RetentionBackup[] {
  return walk(newestFirst, policy, policy.keep.daily ?? 0, () => true).map((period) => newest(period));
}

function choosePeriods(newestFirst: readonly RetentionBackup[], policy: RetentionPolicy): RetentionBackup[] {
  const { weekly = 0, monthly = 0, yearly = 0 } = policy.keep;
  const isAnchor = (date: string) => new Date(`${date}T12:00:00Z`).getUTCDay() === policy.anchor;
  const isFirstOfMonth = (date: string) => isAnchor(date) && Number(date.slice(8)) <= 7;
  const isFirstOfYear = (date: string) => isFirstOfMonth(date) && date.slice(5, 7) === "01";
  return [
    ...walk(newestFirst, policy, weekly, isAnchor),
    ...walk(newestFirst, policy, monthly, isFirstOfMonth),
    ...walk(newestFirst, policy, yearly, isFirstOfYear),
  ].map((period) => oldest(period));
}

/** The newest `count` periods that hold a backup: goes back one day at a time, a period ends at the day it begins with. */
function walk(
  backups: readonly RetentionBackup[],
  policy: RetentionPolicy,
  count: number,
  begins: (date: string) => boolean,
): RetentionBackup[][] {
  const days = Map.groupBy(backups, (backup) => localDate(backup.startedAt, policy.timeZone));
  const dates = [...days.keys()].toSorted();
  const periods: RetentionBackup[][] = [];
  let seen = 0;
  let period: RetentionBackup[] = [];
  for (let date = dates.at(-1); date !== undefined && periods.length < count; date = dayBefore(date)) {
    const found = days.get(date) ?? [];
    seen += found.length;
    period.push(...found);
    if (!begins(date)) continue;
    if (period.length > 0) periods.push(period);
    period = [];
    if (seen === backups.length) break;
  }
  return periods;
}

const newest = (period: readonly RetentionBackup[]) => period.reduce((a, b) => (a.sequence > b.sequence ? a : b));
const oldest = (period: readonly RetentionBackup[]) => period.reduce((a, b) => (a.sequence < b.sequence ? a : b));

function remember<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

const dayBefore = remember((date: string) =>
  new Date(Date.parse(`${date}T12:00:00Z`) - 24 * hour).toISOString().slice(0, 10),
);
// Swedish writes dates as ISO does.
const clockOf = remember((timeZone: string) => new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }));
const datesOf = remember((timeZone: string) => remember((time: number) => clockOf(timeZone).format(time)));
const localDate = (instant: Date, timeZone: string): string => datesOf(timeZone)(instant.getTime());
