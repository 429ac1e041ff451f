import * as fc from "fast-check";
import type { KeepRules, RetentionBackup, RetentionPolicy, Weekday } from "../../src/index.ts";

export const minute = 60_000;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;

/** Zones with half hours, skipped days, days without a midnight, and repeated hours. */
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/Santiago",
  "Pacific/Apia",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/New_York",
] as const;

const policies: fc.Arbitrary<RetentionPolicy> = fc.record({
  keep: fc
    .record(
      {
        last: fc.nat(4),
        daily: fc.nat(8),
        weekly: fc.nat(5),
        monthly: fc.nat(6),
        yearly: fc.nat(3),
        withinMs: fc.nat(100).map((days) => days * day),
      },
      { requiredKeys: [] },
    )
    .filter((keep: KeepRules) => Object.values(keep).some((amount) => amount > 0)),
  timeZone: fc.constantFrom(...zones),
  anchor: fc.nat(6).map((weekday) => weekday as Weekday),
});

/** Where calendars are strange: a skipped day, changes of summer time, turns of the year, and anywhere. */
const beginnings = fc.oneof(
  fc.constantFrom("2011-12-20", "2026-08-20", "2026-03-15", "2026-10-10", "2023-12-20", "2020-02-10").map(Date.parse),
  fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2040-01-01") }),
);

const gapsMinutes = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 8, arbitrary: fc.integer({ min: 23 * 60, max: 25 * 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 * 24 * 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: -3 * 24 * 60, max: 0 }) },
);

const rarely = (sides: number) => fc.integer({ min: 1, max: sides }).map((dice) => dice === sides);

const steps = fc.record({
  gapMinutes: gapsMinutes,
  state: fc.constantFrom("good" as const, "good" as const, "good" as const, "suspect" as const),
  proven: fc.boolean(),
  parent: fc.option(fc.nat(2), { freq: 2 }),
  pinned: rarely(20),
  lost: rarely(200),
});

/** Histories of up to 80 backups: mostly daily, with bursts, holes, failures, chains, pins, lost ones and a clock that may be set back. */
const histories: fc.Arbitrary<RetentionBackup[]> = fc
  .tuple(beginnings, fc.array(steps, { maxLength: 80, size: "max" }))
  .map(([beginning, taken]) => {
    let time = beginning;
    return taken.flatMap(({ gapMinutes, state, proven, parent, pinned, lost }, index) => {
      time += gapMinutes * minute;
      const parentIndex = parent === null ? -1 : index - 1 - parent;
      const backup: RetentionBackup = {
        ...backupAt(index, new Date(time)),
        state,
        proven: proven && state === "good",
        parent: parentIndex < 0 ? null : idOf(parentIndex),
        ...(pinned ? { pin: "before the upgrade" } : {}),
      };
      return lost ? [] : [backup];
    });
  });

/** From the last start to the prune: soon after as a rule, else far off in either direction. */
const delays = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 * day }) },
  { weight: 1, arbitrary: fc.integer({ min: -12 * minute, max: 12 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: -40 * day, max: 4000 * day }) },
);

export interface Occasion {
  readonly backups: readonly RetentionBackup[];
  readonly policy: RetentionPolicy;
  readonly now: Date;
}

export const occasions: fc.Arbitrary<Occasion> = fc
  .tuple(histories, policies, delays)
  .map(([backups, policy, delay]) => ({ backups, policy, now: new Date(latestStart(backups) + delay) }));

const latestStart = (backups: readonly RetentionBackup[]): number =>
  Math.max(0, ...backups.map(({ startedAt }) => startedAt.getTime()));

export const idOf = (sequence: number): string => `b${String(sequence).padStart(5, "0")}`;

/** A good full backup, not proven. */
export const backupAt = (sequence: number, startedAt: Date): RetentionBackup => ({
  id: idOf(sequence),
  sequence,
  startedAt,
  parent: null,
  state: "good",
  proven: false,
});
