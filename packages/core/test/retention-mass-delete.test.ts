import { describe, expect, it } from "vitest";
import { planRetention, type RetentionBackup, type RetentionConditions, type RetentionPolicy } from "../src/index.ts";
import { backupAt, day, hour, idOf } from "./support/retention-histories.ts";

const beginning = Date.parse("2026-01-03T02:00Z");
const every = (intervalMs: number, count: number): RetentionBackup[] =>
  Array.from({ length: count }, (_, index) => backupAt(index, new Date(beginning + index * intervalMs)));
const plan = (backups: RetentionBackup[], keep: RetentionPolicy["keep"], conditions?: RetentionConditions) =>
  planRetention(
    backups,
    { keep, timeZone: "Europe/Berlin", anchor: 6 },
    new Date((backups.at(-1)?.startedAt.getTime() ?? 0) + hour / 2),
    conditions,
  );
const usual = { daily: 7, weekly: 4, monthly: 6 };

describe("a mass delete", () => {
  it("is stopped in a repository that was never pruned, until a person allows it once", () => {
    const backups = every(day, 300);
    const { frozen, remove } = plan(backups, usual);
    expect(frozen).toEqual(["285 of 300 days would lose their backups, more than 50 % at once"]);
    expect(remove).toEqual([]);
    const allowed = plan(backups, usual, { allowMassDelete: true });
    expect(allowed).toMatchObject({ frozen: [], remove: { length: 285 } });
    const gone = new Set(allowed.remove.map(({ id }) => id));
    const next = [...backups.filter(({ id }) => !gone.has(id)), backupAt(300, new Date(beginning + 300 * day))];
    expect(plan(next, usual)).toMatchObject({ frozen: [], remove: [expect.anything()] });
  });

  it("is stopped after a slip in the policy", () => {
    expect(plan(every(day, 70), { daily: 70 }).remove).toEqual([]);
    expect(plan(every(day, 70), { daily: 7 }).frozen).toHaveLength(1);
    expect(plan(every(day / 2, 40), { last: 4 }).frozen).toHaveLength(1);
  });

  it("is counted against the ratio that is asked for", () => {
    expect(plan(every(day, 100), { daily: 80 }, { maxRemoveRatio: 0.2 }).remove).toHaveLength(20);
    expect(plan(every(day, 100), { daily: 79 }, { maxRemoveRatio: 0.2 }).frozen).toEqual([
      "21 of 100 days would lose their backups, more than 20 % at once",
    ]);
    expect(plan(every(day, 100), { daily: 99 }, { maxRemoveRatio: Number.NaN }).remove).toHaveLength(1);
    expect(plan(every(day, 100), { daily: 90 }, { maxRemoveRatio: Number.NaN }).frozen).toHaveLength(1);
  });
});

describe("rotation is not a mass delete", () => {
  it("when a repository is small", () => {
    expect(plan(every(day, 5), { last: 1 })).toMatchObject({ frozen: [], remove: { length: 3 } });
    expect(plan(every(day, 6), { last: 1 })).toMatchObject({ frozen: [expect.any(String)] });
  });

  it("when hourly backups are thinned to one a day, even if a few nights were missed", () => {
    for (const missed of [0, 1, 5]) {
      const hours = every(hour, 24 * (9 + missed));
      const { frozen, remove } = plan(hours, { daily: 7, weekly: 4 });
      expect(frozen).toEqual([]);
      expect(remove.length).toBeGreaterThan(24 * (6 + missed));
    }
  });

  it("when a long chain goes at once", () => {
    const chains = every(day, 16).map((backup, index) =>
      index === 0 || index === 14 ? backup : { ...backup, parent: idOf(index - 1) },
    );
    expect(plan(chains, { daily: 2 })).toMatchObject({ frozen: [], remove: { length: 13 } });
  });

  it("when suspect backups go", () => {
    const backups = every(day, 40).map(
      (backup, index): RetentionBackup => ({ ...backup, state: index < 35 && index > 0 ? "suspect" : "good" }),
    );
    expect(plan(backups, { daily: 3 })).toMatchObject({ frozen: [], remove: { length: 37 } });
  });
});
