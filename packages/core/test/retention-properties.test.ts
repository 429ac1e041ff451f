import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRetention, type RetentionBackup, type RetentionConditions, type RetentionPlan } from "../src/index.ts";
import { backupAt, day, hour, occasions } from "./support/retention-histories.ts";
import { modelFreezes, modelStays } from "./support/retention-model.ts";

const runs = { numRuns: 300 };
const anyway: RetentionConditions = { allowMassDelete: true };

const keptIds = (plan: RetentionPlan) => new Set(plan.keep.map(({ id }) => id));
const removedIds = (plan: RetentionPlan) => new Set(plan.remove.map(({ id }) => id));
const without = (backups: readonly RetentionBackup[], gone: ReadonlySet<string>) =>
  backups.filter(({ id }) => !gone.has(id));

/** What stands for each long period that is kept. */
const longTerm = ({ keep }: RetentionPlan) =>
  new Map(
    keep.flatMap(({ id, reasons }) =>
      reasons.filter((reason) => /^(weekly|monthly|yearly) /.test(reason)).map((reason) => [reason, id]),
    ),
  );

const conditions: fc.Arbitrary<RetentionConditions> = fc.record(
  {
    lastRunFailed: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    unreadable: fc.constantFrom([], [], [], ["b99999"]),
    expectedIntervalMs: fc.constantFrom(hour, day, 30 * day),
    maxRemoveRatio: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
    allowMassDelete: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe("any plan, for any history, zone and moment", () => {
  it("is the one of the brute-force model", () => {
    fc.assert(
      fc.property(occasions, conditions, ({ backups, policy, now }, given) => {
        const plan = planRetention(backups, policy, now, given);
        const isFrozen = modelFreezes(backups, policy, now, given);
        expect(plan.frozen.length > 0).toBe(isFrozen);
        const expected = isFrozen ? backups.map(({ id }) => id) : [...modelStays(backups, policy, now)];
        expect([...keptIds(plan)].toSorted()).toEqual(expected.toSorted());
        expect([...removedIds(plan)].toSorted()).toEqual(
          backups.map(({ id }) => id).filter((id) => !expected.includes(id)),
        );
      }),
      runs,
    );
  });

  it("names every backup once, newest first, with at least one reason", () => {
    fc.assert(
      fc.property(occasions, conditions, ({ backups, policy, now }, given) => {
        const { keep, remove } = planRetention(backups, policy, now, given);
        const ids = [...keep, ...remove].map(({ id }) => id);
        expect(ids.toSorted()).toEqual(backups.map(({ id }) => id));
        for (const list of [keep, remove]) expect(list).toEqual(list.toSorted((a, b) => (a.id < b.id ? 1 : -1)));
        for (const { reasons } of keep)
          expect(reasons.every((reason) => reason.length > 0) && reasons.length > 0).toBe(true);
        for (const { reason } of remove) expect(reason).not.toBe("");
      }),
      runs,
    );
  });

  it("keeps the newest good, the newest proven, two fulls, the young, the pinned and the future", () => {
    fc.assert(
      fc.property(occasions, ({ backups, policy, now }) => {
        const isRestorable = ({ state, parent }: RetentionBackup): boolean =>
          state === "good" && backups.every((each) => each.id !== parent || isRestorable(each));
        const restorable = backups.filter((backup) => backup.startedAt <= now && isRestorable(backup));
        const floors = [
          ...restorable.slice(-1),
          ...restorable.filter(({ proven }) => proven).slice(-1),
          ...restorable.filter(({ parent }) => parent === null).slice(-2),
          ...backups.filter(({ pin }) => pin !== undefined),
          ...backups.filter(({ startedAt }) => now.getTime() - startedAt.getTime() < day),
        ];
        const removed = removedIds(planRetention(backups, policy, now, anyway));
        expect(floors.filter(({ id }) => removed.has(id))).toEqual([]);
      }),
      runs,
    );
  });

  it("keeps all parents of whatever it keeps", () => {
    fc.assert(
      fc.property(occasions, ({ backups, policy, now }) => {
        const removed = removedIds(planRetention(backups, policy, now, anyway));
        const orphans = without(backups, removed).filter(({ parent }) => parent !== null && removed.has(parent));
        expect(orphans).toEqual([]);
      }),
      runs,
    );
  });

  it("has nothing more to remove once it was applied", () => {
    fc.assert(
      fc.property(occasions, ({ backups, policy, now }) => {
        const first = planRetention(backups, policy, now, anyway);
        const second = planRetention(without(backups, removedIds(first)), policy, now, anyway);
        expect(keptIds(second)).toEqual(keptIds(first));
      }),
      runs,
    );
  });

  it("does not depend on the order of the listing", () => {
    const shuffled = occasions.chain((occasion) =>
      fc.record({
        occasion: fc.constant(occasion),
        listing: fc.shuffledSubarray([...occasion.backups], { minLength: occasion.backups.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ occasion: { backups, policy, now }, listing }) => {
        expect(planRetention(listing, policy, now)).toEqual(planRetention(backups, policy, now));
      }),
      runs,
    );
  });

  it("treats all others the same when a suspect backup is added", () => {
    fc.assert(
      fc.property(occasions, fc.nat(), ({ backups, policy, now }, place) => {
        const index = backups.length === 0 ? 0 : place % backups.length;
        const suspect: RetentionBackup = {
          ...backupAt(index + 0.5, backups[index]?.startedAt ?? now),
          id: "suspect",
          state: "suspect",
        };
        const before = planRetention(backups, policy, now);
        const after = planRetention([...backups, suspect], policy, now);
        expect(after.remove.filter(({ id }) => id !== suspect.id)).toEqual(before.remove);
      }),
      runs,
    );
  });

  it("removes nothing after a run that failed", () => {
    fc.assert(
      fc.property(occasions, ({ backups, policy, now }) => {
        const plan = planRetention(backups, policy, now, { lastRunFailed: true });
        expect(plan.frozen).toContain("the last run failed");
        expect(plan.remove).toEqual([]);
      }),
      runs,
    );
  });
});

describe("a good backup that is added", () => {
  it("takes no week, month or year away from the backup that stands for it", () => {
    fc.assert(
      fc.property(occasions, ({ backups, policy, now }) => {
        const before = longTerm(planRetention(backups, policy, now, anyway));
        const added = [...backups, backupAt(1000, now)];
        for (const [period, id] of longTerm(planRetention(added, policy, now, anyway)))
          expect(before.get(period) ?? id).toBe(id);
      }),
      runs,
    );
  });
});
