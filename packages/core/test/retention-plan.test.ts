import { describe, expect, it } from "vitest";
import { planRetention, type RetentionBackup, type RetentionPolicy } from "../src/index.ts";
import { backupAt, day, hour, idOf } from "./support/retention-histories.ts";

const policy = (keep: RetentionPolicy["keep"]): RetentionPolicy => ({ keep, timeZone: "UTC", anchor: 6 });

/** Daily full backups at 02:00, the first on the Saturday 2026-10-03. */
const daily = (count: number, changes: Record<number, Partial<RetentionBackup>> = {}): RetentionBackup[] =>
  Array.from({ length: count }, (_, index) => ({
    ...backupAt(index, new Date(Date.parse("2026-10-03T02:00Z") + index * day)),
    ...changes[index],
  }));
const at = (iso: string) => new Date(`${iso}Z`);
const afterwards = (backups: readonly RetentionBackup[]) => new Date((backups.at(-1)?.startedAt.getTime() ?? 0) + hour);

const reasonsOf = (plan: ReturnType<typeof planRetention>) =>
  Object.fromEntries([
    ...plan.keep.map(({ id, reasons }) => [id, reasons] as const),
    ...plan.remove.map(({ id, reason }) => [id, reason] as const),
  ]);

/** What stands for the periods of a tier, newest first. */
const kept = (backups: readonly RetentionBackup[], keep: RetentionPolicy["keep"], tier: string) =>
  planRetention(backups, policy(keep), afterwards(backups)).keep.flatMap(({ id, reasons }) =>
    reasons.some((reason) => reason.startsWith(tier)) ? [id] : [],
  );

describe("reasons", () => {
  it("tells of every backup in plain words why it stays or goes", () => {
    const backups = daily(10, { 1: { state: "suspect" }, 3: { pin: "before the upgrade" }, 5: { proven: true } });
    const plan = planRetention(backups, policy({ daily: 2, weekly: 1, monthly: 1, yearly: 1 }), afterwards(backups));
    expect(plan.frozen).toEqual([]);
    expect(reasonsOf(plan)).toEqual({
      b00009: ["daily 2026-10-12", "newest good", "one of the 2 newest good fulls", "younger than 24 h"],
      b00008: ["daily 2026-10-11", "one of the 2 newest good fulls"],
      b00007: ["weekly 2026-10-10 (week from Saturday)"],
      b00006: expect.stringMatching(
        /^daily: 2 does not reach back to day 2026-10-09; weekly: 1 does not reach back to week 2026-10-03; /,
      ),
      b00005: ["newest proven"],
      b00004: expect.any(String),
      b00003: ["pinned: before the upgrade"],
      b00002: expect.stringMatching(
        /; an earlier backup stands for month 2026-10; an earlier backup stands for year 2026$/,
      ),
      b00001: "suspect, and older than the recent good ones",
      b00000: ["monthly 2026-10 (month from its first Saturday)", "yearly 2026 (year from its first Saturday)"],
    });
  });

  it("tells of last and within what they cover", () => {
    const backups = daily(8);
    expect(
      reasonsOf(planRetention(backups, policy({ last: 1, withinMs: 4 * day }), afterwards(backups))),
    ).toMatchObject({
      b00007: ["one of the last 1", "within 4 d", "newest good", "one of the 2 newest good fulls", "younger than 24 h"],
      b00004: ["within 4 d"],
      b00003: ["newest good one older than 4 d"],
      b00002: "not one of the last 1; older than 4 d, and so is a newer good one",
    });
  });
});

describe("ages", () => {
  const old = backupAt(0, at("2026-10-03T02:00"));
  const newer = [1, 2, 3].map((sequence) => backupAt(sequence, at("2026-10-03T03:00")));
  const reasonsAt = (time: string, keep: RetentionPolicy["keep"]) =>
    reasonsOf(planRetention([old, ...newer], policy(keep), at(time)))[old.id];

  it("protect for 24 hours and not a moment longer", () => {
    expect(reasonsAt("2026-10-04T01:59:59.999", { last: 1 })).toEqual(["younger than 24 h"]);
    expect(reasonsAt("2026-10-04T02:00", { last: 1 })).toBe("not one of the last 1");
  });

  it("reach the end of a window at exactly its length", () => {
    expect(reasonsAt("2026-10-05T01:59:59.999", { withinMs: 2 * day })).toEqual(["within 2 d"]);
    expect(reasonsAt("2026-10-05T02:00", { withinMs: 2 * day })).toEqual(["newest good one older than 2 d"]);
  });
});

describe("which backup stands for a period", () => {
  it("is the last good one of a day", () => {
    const times = ["2026-10-03T02:00", "2026-10-03T22:00", "2026-10-03T23:00", "2026-10-04T02:00"];
    const backups = times.map((time, index) => backupAt(index, at(time)));
    expect(kept(backups, { daily: 2 }, "daily")).toEqual([idOf(3), idOf(2)]);
    const failed = backups.with(2, { ...backupAt(2, at("2026-10-03T23:00")), state: "suspect" });
    expect(kept(failed, { daily: 2 }, "daily")).toEqual([idOf(3), idOf(1)]);
  });

  it("is the first good one of a week or month: Sunday's when Saturday failed", () => {
    const backups = daily(12, { 0: { state: "suspect" }, 7: { state: "suspect" } });
    expect(kept(backups, { weekly: 2 }, "weekly")).toEqual([idOf(8), idOf(1)]);
    expect(kept(backups, { monthly: 2 }, "monthly")).toEqual([idOf(1)]);
  });

  it("uses up no count for days and weeks without a good backup", () => {
    const backups = daily(40).filter(({ sequence }) => sequence < 3 || sequence > 36);
    expect(kept(backups, { daily: 5 }, "daily")).toEqual([idOf(39), idOf(38), idOf(37), idOf(2), idOf(1)]);
    expect(kept(backups, { weekly: 2 }, "weekly")).toEqual([idOf(37), idOf(0)]);
  });

  it("follows the sequence, not the clock, within a period", () => {
    const backups = [backupAt(0, at("2026-10-03T05:00")), backupAt(1, at("2026-10-03T04:00"))];
    expect(kept(backups, { daily: 1 }, "daily")).toEqual([idOf(1)]);
    expect(kept(backups, { weekly: 1 }, "weekly")).toEqual([idOf(0)]);
  });
});

describe("suspect backups", () => {
  it("stay as long as no newer one is good", () => {
    const backups = daily(9, { 6: { state: "suspect" }, 7: { state: "suspect" }, 8: { state: "suspect" } });
    const reasons = reasonsOf(planRetention(backups, policy({ last: 1 }), at("2026-12-01T00:00")));
    expect(reasons[idOf(6)]).toEqual(["suspect, but there is no newer good one"]);
    expect(reasons[idOf(5)]).toContain("newest good");
  });

  it("stay when nothing at all is good", () => {
    const backups = daily(9).map((backup): RetentionBackup => ({ ...backup, state: "suspect" }));
    expect(
      planRetention(backups, policy({ last: 1 }), at("2026-12-01T00:00"), { allowMassDelete: true }).remove,
    ).toEqual([]);
  });

  it("stay as far back as daily keeps good ones, then go", () => {
    const backups = daily(9, { 2: { state: "suspect" }, 6: { state: "suspect" } });
    const reasons = reasonsOf(planRetention(backups, policy({ daily: 5 }), afterwards(backups)));
    expect(reasons[idOf(6)]).toEqual(["suspect, but not older than all recent good ones"]);
    expect(reasons[idOf(2)]).toBe("suspect, and older than the recent good ones");
  });

  it("stay within the window of an age rule", () => {
    const backups = daily(9, { 0: { state: "suspect" } });
    const plan = (withinMs: number) => planRetention(backups, policy({ withinMs }), afterwards(backups));
    expect(reasonsOf(plan(9 * day))[idOf(0)]).toEqual(["suspect, within 9 d"]);
    expect(plan(8 * day).remove.map(({ id }) => id)).toEqual([idOf(0)]);
  });

  it("make everything that rests on them suspect", () => {
    const backups = daily(5, { 3: { state: "suspect" }, 4: { parent: idOf(3), proven: true } });
    const reasons = reasonsOf(planRetention(backups, policy({ last: 1 }), afterwards(backups)));
    expect(reasons[idOf(4)]).toEqual(["suspect, but there is no newer good one", "younger than 24 h"]);
    expect(reasons[idOf(3)]).toEqual(["suspect, but there is no newer good one", `parent of ${idOf(4)}`]);
    expect(reasons[idOf(2)]).toContain("newest good");
  });
});

describe("chains", () => {
  it("keep their full, and go as a whole with their last backup", () => {
    const backups = daily(12).map((backup, index) =>
      index % 4 === 0 ? backup : { ...backup, parent: idOf(index - 1) },
    );
    const plan = planRetention(backups, policy({ last: 2 }), afterwards(backups));
    expect(reasonsOf(plan)[idOf(8)]).toEqual(["one of the 2 newest good fulls", `parent of ${idOf(9)}`]);
    expect(plan.remove.map(({ id }) => id)).toEqual([7, 6, 5, 3, 2, 1, 0].map(idOf));
  });
});

describe("a plan is frozen, and says what it would have removed", () => {
  const backups = daily(9);
  const now = afterwards(backups);
  const frozen = (conditions: Parameters<typeof planRetention>[3], list = backups, when = now) =>
    planRetention(list, policy({ daily: 7 }), when, conditions);

  it("by a failed run", () => {
    const plan = frozen({ lastRunFailed: true });
    expect(plan).toMatchObject({ remove: [], frozen: ["the last run failed"] });
    expect(plan.keep.at(-1)).toEqual({
      id: idOf(0),
      reasons: ["frozen, else removed: daily: 7 does not reach back to day 2026-10-03"],
    });
  });

  it("by manifests that cannot be read", () => {
    const plan = frozen({ unreadable: ["x", "y"] });
    expect(plan.frozen).toEqual(["the manifest of x cannot be read", "the manifest of y cannot be read"]);
    expect(plan.remove).toEqual([]);
  });

  it("by a missing parent, and by one that is not older than its child", () => {
    for (const parent of ["gone", idOf(5), idOf(3)]) {
      const plan = frozen({ allowMassDelete: true }, daily(9, { 3: { parent } }));
      expect(plan.frozen).toEqual([`parent ${parent} of ${idOf(3)} is missing among the older backups`]);
      expect(plan.remove).toEqual([]);
    }
  });

  it("when the newest good backup is older than twice the expected interval", () => {
    const last = backups.at(-1)?.startedAt.getTime() ?? Number.NaN;
    expect(frozen({ expectedIntervalMs: day }, backups, new Date(last + 2 * day)).frozen).toEqual([]);
    expect(frozen({ expectedIntervalMs: day }, backups, new Date(last + 2 * day + 1)).frozen).toEqual([
      "no good backup for more than 2 d, twice the expected interval",
    ]);
    const failing = daily(9, { 6: { state: "suspect" }, 7: { state: "suspect" }, 8: { state: "suspect" } });
    expect(frozen({ expectedIntervalMs: day }, failing).frozen).toHaveLength(1);
  });

  it("when there is no good backup at all, but not when there is no backup", () => {
    expect(frozen({ expectedIntervalMs: day }, daily(1, { 0: { state: "suspect" } })).frozen).toHaveLength(1);
    expect(frozen({ expectedIntervalMs: day }, [])).toEqual({ keep: [], remove: [], frozen: [] });
  });
});

describe("the clock", () => {
  it("set back by more than ten minutes freezes the plan", () => {
    const backups = daily(30);
    const newest = backups.at(-1)?.startedAt.getTime() ?? Number.NaN;
    const plan = (now: number) => planRetention(backups, policy({ last: 29 }), new Date(now));
    expect(plan(newest - 600_000).frozen).toEqual([]);
    expect(plan(newest - 600_001)).toMatchObject({
      remove: [],
      frozen: [
        `the clock says 2026-11-01T01:49:59.999Z, but ${idOf(29)} started at 2026-11-01T02:00:00.000Z: one is wrong`,
      ],
    });
  });

  it("is held against the same backup whatever the order of the listing", () => {
    const ahead = [1, 2].map((sequence) => backupAt(sequence, at("2026-12-01T00:00")));
    const plan = (list: RetentionBackup[]) => planRetention(list, policy({ last: 1 }), at("2026-10-20T00:00"));
    expect(plan(ahead.toReversed())).toEqual(plan(ahead));
  });

  it("a little behind makes nothing in the future the newest, nor deletes it", () => {
    const backups = daily(3, { 2: { startedAt: at("2026-10-20T00:05"), proven: true } });
    const reasons = reasonsOf(planRetention(backups, policy({ last: 1 }), at("2026-10-20T00:00")));
    expect(reasons[idOf(2)]).toEqual(["in the future"]);
    expect(reasons[idOf(1)]).toEqual(["one of the last 1", "newest good", "one of the 2 newest good fulls"]);
  });

  it("that nobody can read keeps everything", () => {
    expect(planRetention(daily(20), policy({ last: 1 }), new Date(Number.NaN)).remove).toEqual([]);
  });
});

describe("policies", () => {
  it("are checked again, because a plan from a slip deletes", () => {
    const slips = [{}, { daily: 0 }, { daily: -1, last: 1 }, { withinMs: Number.NaN }, { weekly: 0.5 }, { dayly: 7 }];
    for (const keep of slips)
      expect(() => planRetention(daily(3), policy(keep), at("2026-11-01T00:00"))).toThrow(
        expect.objectContaining({ code: "POLICY_INVALID" }),
      );
  });
});
