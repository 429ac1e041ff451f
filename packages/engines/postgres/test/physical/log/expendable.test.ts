import type { LogFile, Manifest } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { expendableWal } from "../../../src/physical/log/expendable.ts";
import { base, hour, segment, segments, walFile } from "./server-life.ts";

const gone = (kept: readonly Manifest[], files: readonly LogFile[], since: Date | null = null): readonly string[] =>
  expendableWal(kept, files, since).map(({ name }) => name);
const names = (files: readonly LogFile[]): readonly string[] => files.map(({ name }) => name);

describe("WAL that nothing needs any more", () => {
  it("is what ends before the oldest kept backup begins", () => {
    expect(gone([base(1, 5), base(1, 8)], segments(1, 1, 10))).toEqual(names(segments(1, 1, 4)));
  });

  it("is nothing without a physical backup", () => {
    expect(gone([], segments(1, 1, 10))).toEqual([]);
    expect(gone([{ ...base(1, 5), method: "logical" }], segments(1, 1, 10))).toEqual([]);
  });

  it("is that of timelines that were left before the oldest kept backup", () => {
    const files = [...segments(1, 1, 9), ...segments(2, 6, 12)];
    expect(gone([base(2, 7)], files)).toEqual(names([...segments(1, 1, 9), ...segments(2, 6, 6)]));
    expect(gone([base(1, 5), base(2, 7)], files)).toEqual(names(segments(1, 1, 4)));
  });

  it("includes labels of backups and last parts of segments, and never a history", () => {
    const label = `${segment(1, 2).name}.00000028.backup`;
    const part = `${segment(1, 3).name}.partial`;
    const late = `${segment(1, 9).name}.partial`;
    const others = [label, part, late, "00000002.history"].map((name) => walFile(name, hour(1)));
    expect(gone([base(1, 5)], others)).toEqual([label, part]);
  });

  it("is never a file that is none of a server's", () => {
    expect(gone([base(1, 5)], [walFile("notes", hour(0))])).toEqual([]);
  });

  it("is that of a cluster whose backups are all gone, once every kept backup is newer", () => {
    const old = segments(1, 1, 4).map(({ name, archivedAt }) => walFile(name, archivedAt, "1111"));
    expect(gone([base(1, 9, hour(10))], old)).toEqual(names(old));
    expect(gone([base(1, 9, hour(3))], old)).toEqual([]);
    expect(gone([base(1, 9, hour(10)), base(1, 3, hour(3), "1111")], old)).toEqual(names(old.slice(0, 2)));
  });
});

describe("WAL older than is to be recovered", () => {
  it("stays from the newest backup on that is older than the first moment", () => {
    const kept = [base(1, 2), base(1, 20), base(1, 40)];
    expect(gone(kept, segments(1, 1, 50), hour(30))).toEqual(names(segments(1, 1, 19)));
    expect(gone(kept, segments(1, 1, 50), hour(10))).toEqual(names(segments(1, 1, 1)));
  });

  it("stays from the oldest backup on when none is old enough", () => {
    expect(gone([base(1, 20), base(1, 40)], segments(1, 1, 50), hour(10))).toEqual(names(segments(1, 1, 19)));
  });

  it("stays as far as the last state is reached, also when nothing was archived lately", () => {
    expect(gone([base(1, 2), base(1, 20)], segments(1, 1, 30), hour(100))).toEqual(names(segments(1, 1, 19)));
  });

  it("stays for a new timeline that has no backup yet, whichever it came from", () => {
    const files = [...segments(1, 1, 25), ...segments(2, 15, 30), ...segments(3, 22, 40)];
    const kept = [base(1, 10), base(1, 12), base(2, 16, hour(17)), base(2, 20)];
    expect(gone(kept, files, hour(31))).toEqual(names(segments(1, 1, 9)));
    expect(gone([...kept, base(3, 25, hour(26))], files, hour(31))).toEqual(
      names([...segments(1, 1, 25), ...segments(2, 15, 30), ...segments(3, 22, 24)]),
    );
  });
});

describe("in any life of a server", () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))("no recovery loses a segment (seed %d)", (seed) => {
    const { files, kept, recoveries } = live(seed);
    for (const since of [null, hour(20), hour(45), hour(70)]) {
      const removed = new Set(gone(kept, files, since));
      for (const { at, needs } of recoveries.filter((recovery) => since === null || recovery.at >= since))
        expect(
          needs.filter((name) => removed.has(name)),
          `recovery to ${at.toISOString()}`,
        ).toEqual([]);
    }
  });
});

interface Recovery {
  readonly at: Date;
  /** Names of the segments from its backup to its end. */
  readonly needs: readonly string[];
}

/** A hundred hours of one segment each, with backups, promotions, and recoveries to an earlier time, as `seed` has it. */
function live(seed: number): { files: readonly LogFile[]; kept: readonly Manifest[]; recoveries: readonly Recovery[] } {
  let state = seed * 2_654_435_761;
  const chance = (percent: number): boolean => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 < percent / 100;
  };
  const files: LogFile[] = [];
  const kept: Manifest[] = [];
  const recoveries: Recovery[] = [];
  const ways: { name: string; number: number; base: Manifest | null }[][] = [];
  let way: (typeof ways)[number] = [];
  let [timeline, number] = [1, 1];
  for (let time = 1; time <= 100; time += 1) {
    const file = segment(timeline, number, hour(time));
    files.push(file);
    const taken = chance(15) ? base(timeline, number, new Date(hour(time).getTime() - 60_000)) : null;
    if (taken !== null && chance(80)) kept.push(taken);
    way.push({ name: file.name, number, base: taken !== null && kept.includes(taken) ? taken : null });
    const from = way.findLastIndex((step) => step.base !== null);
    if (from >= 0) recoveries.push({ at: hour(time), needs: way.slice(from).map(({ name }) => name) });
    number += 1;
    if (chance(6)) {
      ways.push([...way]);
      const back = chance(50) ? 1 : Math.min(way.length - 1, 1 + (state % 12)); // a promotion, or a recovery to the past
      way = way.slice(0, way.length - back);
      number -= back;
      timeline += 1;
    }
  }
  return { files, kept, recoveries };
}
