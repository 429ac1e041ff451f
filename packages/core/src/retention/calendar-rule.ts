import { type Periods, weekdayNames } from "./calendar.ts";
import type { GoodBackup, KeepRule } from "./keep-rule.ts";
import type { Weekday } from "./policy.ts";

export type CalendarTier = "daily" | "weekly" | "monthly" | "yearly";

/**
 * Keeps one backup for each of the newest `count` periods that have a good one; periods without do not use up the count.
 * The last good backup stands for a day. The first stands for a longer period: it is the anchor day's own unless that failed,
 * it never changes once it is there, and bad data that arrives later in the period cannot displace it.
 */
export function calendarRule(
  tier: CalendarTier,
  count: number,
  anchor: Weekday,
  oldestFirst: readonly GoodBackup[],
): KeepRule {
  const { period, begins } = tiers[tier];
  const byPeriod = [...Map.groupBy(oldestFirst, ({ periods }) => periods[period])];
  const newest = new Map(byPeriod.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(-count));
  const suffix = begins === undefined ? "" : ` (${begins} ${weekdayNames[anchor]})`;
  const kept = new Map<string, string>();
  for (const [key, backups] of newest) {
    const representative = backups.at(tier === "daily" ? -1 : 0);
    if (representative) kept.set(representative.id, `${tier} ${key}${suffix}`);
  }
  return {
    name: tier,
    kept,
    explain({ periods: { [period]: key } }) {
      if (!newest.has(key)) return `${tier}: ${count} does not reach back to ${period} ${key}`;
      return `${tier === "daily" ? "a later" : "an earlier"} backup stands for ${period} ${key}`;
    },
  };
}

const tiers: Record<CalendarTier, { readonly period: keyof Periods; readonly begins?: string }> = {
  daily: { period: "day" },
  weekly: { period: "week", begins: "week from" },
  monthly: { period: "month", begins: "month from its first" },
  yearly: { period: "year", begins: "year from its first" },
};
