import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRetention, type RetentionBackup, type RetentionConditions, type RetentionPolicy } from "../src/index.ts";
import { backupAt, day, hour, minute } from "./support/retention-histories.ts";
import { modelStays } from "./support/retention-model.ts";

const usual = { daily: 7, weekly: 4, monthly: 6 };
const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).toSorted();

/** A repository that is pruned as planned after each run. */
class Rotation {
  readonly everTaken: RetentionBackup[] = [];
  stored: RetentionBackup[] = [];
  readonly policy: RetentionPolicy;

  constructor(policy: RetentionPolicy) {
    this.policy = policy;
  }

  take(startedAt: Date, facts: Partial<RetentionBackup> = {}): void {
    const backup = { ...backupAt(this.everTaken.length, startedAt), ...facts };
    this.everTaken.push(backup);
    this.stored = [...this.stored, backup];
  }

  prune(now: Date, conditions: RetentionConditions = {}): readonly string[] {
    const { frozen, remove } = planRetention(this.stored, this.policy, now, conditions);
    const gone = new Set(remove.map(({ id }) => id));
    this.stored = this.stored.filter(({ id }) => !gone.has(id));
    return frozen;
  }
}

const days = fc.array(
  fc.record({
    minuteOfDay: fc.integer({ min: 0, max: 24 * 60 - 60 }),
    outcome: fc.constantFrom("proven", "proven", "good", "good", "good", "suspect", "failed"),
    twice: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    outageDays: fc.integer({ min: -100, max: 5 }),
  }),
  { minLength: 1150, maxLength: 1150 },
);

describe("three years of daily runs with random failures", () => {
  it.each<RetentionPolicy>([
    { keep: usual, timeZone: "UTC", anchor: 6 },
    { keep: { ...usual, yearly: 2 }, timeZone: "Europe/Berlin", anchor: 6 },
    { keep: { last: 3, daily: 14, weekly: 8 }, timeZone: "America/Santiago", anchor: 0 },
    { keep: { withinMs: 60 * day, monthly: 12 }, timeZone: "Pacific/Apia", anchor: 1 },
    { keep: { withinMs: 90 * day }, timeZone: "Asia/Kathmandu", anchor: 3 },
  ])(
    "keep exactly what the model chooses from all backups ever taken: $keep in $timeZone",
    (policy) => {
      fc.assert(
        fc.property(days, (course) => {
          const rotation = new Rotation(policy);
          let midnight = Date.parse("2009-06-06");
          for (const { minuteOfDay, outcome, twice, outageDays } of course) {
            midnight += day + Math.max(0, outageDays) * day;
            const startedAt = new Date(midnight + minuteOfDay * minute);
            const isBad = outcome === "failed" || outcome === "suspect";
            if (twice) rotation.take(startedAt);
            if (outcome !== "failed")
              rotation.take(startedAt, { state: isBad ? "suspect" : "good", proven: outcome === "proven" });
            const now = new Date(startedAt.getTime() + hour / 2);
            const before = rotation.stored;
            const frozen = rotation.prune(now, { lastRunFailed: isBad, expectedIntervalMs: day });
            const chosen = modelStays(rotation.everTaken, policy, now);
            expect(frozen.includes("the last run failed")).toBe(isBad);
            expect(frozen.length > 0).toBe(isBad);
            expect(idsOf(rotation.stored)).toEqual(isBad ? idsOf(before) : [...chosen].toSorted());
          }
          expect(rotation.everTaken.length).toBeGreaterThan(900);
        }),
        { numRuns: 1, endOnFailure: true },
      );
    },
    60_000,
  );

  it.each([{ daily: 1 }, { daily: 3 }, { last: 2 }, usual])(
    "in chains of a weekly full and daily increments keep what the model chooses and never freeze: %o",
    (keep) => {
      fc.assert(
        fc.property(days, (course) => {
          const policy: RetentionPolicy = { keep, timeZone: "Europe/Berlin", anchor: 6 };
          const rotation = new Rotation(policy);
          for (const [index, { outcome }] of course.slice(0, 400).entries()) {
            const startedAt = new Date(Date.parse("2026-01-01T02:00Z") + index * day);
            const previous = rotation.everTaken.at(-1);
            const isFull = index % 7 === 0 || previous?.state !== "good";
            if (outcome === "failed") continue;
            rotation.take(startedAt, {
              parent: isFull ? null : previous.id,
              state: outcome === "suspect" ? "suspect" : "good",
            });
            const now = new Date(startedAt.getTime() + hour);
            expect(rotation.prune(now)).toEqual([]);
            const expected = modelStays(rotation.everTaken, policy, now);
            expect(idsOf(rotation.stored)).toEqual([...expected].toSorted());
          }
        }),
        { numRuns: 2, endOnFailure: true },
      );
    },
  );
});

describe("the plain calendar: 7 daily, 4 weekly on Saturday, 6 monthly on the first Saturday", () => {
  it.each(["UTC", "Europe/Berlin"])("is what remains every day while everything succeeds, in %s", (timeZone) => {
    const rotation = new Rotation({ keep: usual, timeZone, anchor: 6 });
    const dates: string[] = [];
    for (let time = Date.parse("2024-01-06T02:00Z"); time < Date.parse("2026-12-01"); time += day) {
      const startedAt = new Date(time);
      rotation.take(startedAt);
      expect(rotation.prune(new Date(time + hour))).toEqual([]);
      dates.push(startedAt.toISOString().slice(0, 10));
      const saturdays = dates.filter((date) => new Date(date).getUTCDay() === 6);
      const firstSaturdays = saturdays.filter((date) => Number(date.slice(8)) <= 7);
      const expected = new Set([...dates.slice(-7), ...saturdays.slice(-4), ...firstSaturdays.slice(-6)]);
      expect(rotation.stored.map((backup) => backup.startedAt.toISOString().slice(0, 10))).toEqual(
        [...expected].toSorted(),
      );
    }
    expect(rotation.stored).toHaveLength(15);
  });
});

/** After 400 days in which everything succeeded. */
const grown = (keep: RetentionPolicy["keep"]) => {
  const rotation = new Rotation({ keep, timeZone: "UTC", anchor: 6 });
  for (let index = 0; index < 400; index++) {
    const startedAt = new Date(Date.parse("2025-01-01T02:00Z") + index * day);
    rotation.take(startedAt);
    rotation.prune(new Date(startedAt.getTime() + hour));
  }
  return { rotation, last: rotation.stored.at(-1)?.startedAt.getTime() ?? Number.NaN };
};

describe("a clock that jumps", () => {
  it.each([2, 40, 3650])("%i days ahead costs each tier one place and no more", (jumpDays) => {
    const { rotation, last } = grown(usual);
    const before = rotation.stored;
    const wrong = new Date(last + jumpDays * day);
    rotation.take(wrong);
    rotation.prune(new Date(wrong.getTime() + hour));
    expect(before.filter(({ id }) => !idsOf(rotation.stored).includes(id)).length).toBeLessThanOrEqual(3);
  });

  it("ten years ahead and back loses nothing more, and says which backup is out of time", () => {
    const { rotation, last } = grown(usual);
    rotation.take(new Date(last + 3650 * day));
    rotation.prune(new Date(last + 3650 * day + hour));
    const before = rotation.stored;
    const tomorrow = new Date(last + day);
    rotation.take(tomorrow);
    expect(rotation.prune(new Date(tomorrow.getTime() + hour))).toEqual([
      expect.stringMatching(/^the clock says 2026-02-05T03:00:00.000Z, but b00400 started at 2036/),
    ]);
    expect(rotation.stored.slice(0, -1)).toEqual(before);
  });

  it("ten years ahead does not empty a window of time, with a new backup or without", () => {
    const { rotation, last } = grown({ withinMs: 90 * day });
    const before = rotation.stored;
    const wrong = new Date(last + 3650 * day);
    expect(rotation.prune(wrong, { expectedIntervalMs: day })).toHaveLength(2);
    rotation.take(wrong);
    expect(rotation.prune(new Date(wrong.getTime() + hour))).toEqual([
      "90 of 92 days would lose their backups, more than 50 % at once",
    ]);
    expect(rotation.stored.slice(0, -1)).toEqual(before);
    const { keep } = planRetention(rotation.stored, rotation.policy, wrong, { allowMassDelete: true });
    expect(keep.map(({ reasons }) => reasons.at(0))).toEqual(["within 90 d", "newest good one older than 90 d"]);
  });

  it("back by a day or by ten years freezes before anything is removed", () => {
    for (const jumpDays of [1, 3650]) {
      const { rotation, last } = grown(usual);
      const before = rotation.stored;
      const wrong = new Date(last - jumpDays * day);
      rotation.take(wrong);
      expect(rotation.prune(new Date(wrong.getTime() + hour))).toContainEqual(
        expect.stringContaining("the clock says"),
      );
      expect(rotation.stored.slice(0, -1)).toEqual(before);
    }
  });
});

describe("ten thousand backups", () => {
  it("are planned in less than a second", () => {
    const backups = Array.from({ length: 10_000 }, (_, index) => ({
      ...backupAt(index, new Date(Date.parse("2020-01-01") + index * 4 * hour)),
      parent: index % 6 === 0 ? null : `b${String(index - 1).padStart(5, "0")}`,
      state: index % 11 === 0 ? ("suspect" as const) : ("good" as const),
    }));
    const policy: RetentionPolicy = { keep: { ...usual, yearly: 3 }, timeZone: "America/Santiago", anchor: 6 };
    const now = new Date(Date.parse("2020-01-01") + 40_000 * hour);
    const began = performance.now();
    const plan = planRetention(backups, policy, now, { allowMassDelete: true });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(plan.keep.length + plan.remove.length).toBe(10_000);
  });
});
