import { Readable } from "node:stream";
import { DbsaveError, type LogFile, type LogSurvey, type LogWatch, type Manifest } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { surveyWal } from "../../../src/physical/log/survey.ts";
import { base, hour, segment, segments, walFile } from "./server-life.ts";

const { signal } = new AbortController();
const watch = { signal, now: () => hour(1_000) };

/** Histories by their names; a segment is never opened. */
async function survey(
  backups: readonly Manifest[],
  files: readonly LogFile[],
  histories: Readonly<Record<string, string>> = {},
  when: LogWatch = watch,
): Promise<LogSurvey> {
  const all = [...files, ...Object.keys(histories).map((name) => walFile(name, hour(0)))];
  const open = async ({ name }: LogFile): Promise<Readable> => {
    const text = histories[name];
    if (text === undefined) throw new Error(`${name} is not to be read`);
    if (text === "no key") throw new DbsaveError("KEY_WRONG", "age: no identity fits");
    return Readable.from([Buffer.from(text)]);
  };
  return await surveyWal(backups, all, { open }, when);
}

/** Windows as `backup: first position to last, on timeline, gap`. */
function shown({ windows }: LogSurvey): readonly string[] {
  return windows.map(({ from, to, timeline, gap }) =>
    [`${from.backup}: ${from.position} to ${to.position} on ${timeline}`, gap ?? []].flat().join(", missing "),
  );
}

const lsn = (number: number): string => `0/${(number * 0x100_0000).toString(16).toUpperCase()}`;
const leftAt = (timeline: number, number: number): string =>
  `${timeline}\t0/${(number * 0x100_0000 + 0x800000).toString(16)}\tof a test\n`;
const two = "00000002.history";
const three = "00000003.history";

describe("windows of recovery", () => {
  it("reach from the end of the oldest backup to the last file, and one stands for all between", async () => {
    const survey1 = await survey([base(1, 2), base(1, 5), base(1, 9)], segments(1, 1, 12));
    expect(survey1.windows).toEqual([
      {
        source: "7584010098765432100",
        timeline: 1,
        from: { position: "0/2281000", at: hour(2), backup: "base-1-2" },
        to: { position: lsn(13), at: hour(12) },
        gap: null,
      },
    ]);
    expect(survey1.findings).toEqual([]);
  });

  it("are each backup by itself where nothing is archived", async () => {
    expect(shown(await survey([base(1, 2), base(1, 5)], []))).toEqual([
      "base-1-2: 0/2281000 to 0/2281000 on 1",
      "base-1-5: 0/5281000 to 0/5281000 on 1",
    ]);
    expect(await survey([], [])).toEqual({ windows: [], findings: [] });
    expect((await survey([{ ...base(1, 2), method: "logical" }], [])).windows).toEqual([]);
  });

  it("end at the first gap, which is named; the next backup begins a new one", async () => {
    const files = [...segments(1, 1, 3), ...segments(1, 5, 6), ...segments(1, 9, 12)];
    const { windows, findings } = await survey([base(1, 2), base(1, 10)], files);
    expect(shown({ windows, findings })).toEqual([
      `base-1-2: 0/2281000 to ${lsn(4)} on 1, missing ${segment(1, 4).name}`,
      `base-1-10: 0/A281000 to ${lsn(13)} on 1`,
    ]);
    expect(findings).toEqual([
      expect.objectContaining({ severity: "warning", code: "LOG_INCOMPLETE", object: segment(1, 4).name }),
    ]);
  });

  it("are an alarm when there is a gap after the newest backup", async () => {
    const { findings } = await survey([base(1, 2)], [...segments(1, 1, 3), ...segments(1, 5, 6)]);
    expect(findings).toEqual([
      expect.objectContaining({
        severity: "error",
        code: "LOG_INCOMPLETE",
        object: segment(1, 4).name,
        message: expect.stringMatching(/^is missing: recovery from base-1-2 ends at 0\/4000000/),
        fix: expect.stringContaining("Take a physical backup"),
      }),
    ]);
  });

  it("are no alarm while the missing file may be on its way", async () => {
    const files = [...segments(1, 1, 3), ...segments(1, 5, 6)];
    const soon = { signal, now: () => new Date(hour(5).getTime() + 9 * 60_000) };
    expect((await survey([base(1, 2)], files, {}, soon)).findings).toEqual([
      expect.objectContaining({ severity: "info", object: segment(1, 4).name }),
    ]);
  });

  it("do not go past a file of which there are two", async () => {
    const twice = { ...segment(1, 4), plainSha256: "b".repeat(64) };
    const { windows, findings } = await survey([base(1, 2)], [...segments(1, 1, 6), twice]);
    expect(windows[0]).toMatchObject({ to: { position: lsn(4) }, gap: twice.name });
    expect(findings[0]?.message).toContain("was archived with different contents");
  });

  it("do not begin with WAL that no backup leads to, which is an alarm", async () => {
    const { windows, findings } = await survey([], segments(1, 1, 3));
    expect(windows).toEqual([]);
    expect(findings).toEqual([expect.objectContaining({ severity: "error", object: "7584010098765432100" })]);
  });
});

describe("windows along timelines", () => {
  const promoted = [...segments(1, 1, 4), ...segments(2, 5, 9)];

  it("go on where a server was promoted", async () => {
    expect(shown(await survey([base(1, 2)], promoted, { [two]: leftAt(1, 5) }))).toEqual([
      `base-1-2: 0/2281000 to ${lsn(10)} on 2`,
    ]);
  });

  it("go on also when the last part of the old timeline is not whole", async () => {
    const files = [...segments(1, 1, 4), walFile(`${segment(1, 5).name}.partial`, hour(5)), ...segments(2, 5, 9)];
    expect(shown(await survey([base(1, 2), base(2, 7)], files, { [two]: leftAt(1, 5) }))).toEqual([
      `base-1-2: 0/2281000 to ${lsn(10)} on 2`,
    ]);
  });

  it("go two ways after a recovery to the past", async () => {
    const files = [...segments(1, 1, 9), ...segments(2, 5, 7)];
    expect(shown(await survey([base(1, 2), base(1, 8)], files, { [two]: leftAt(1, 5) }))).toEqual([
      `base-1-2: 0/2281000 to ${lsn(10)} on 1`,
      `base-1-2: 0/2281000 to ${lsn(8)} on 2`,
    ]);
  });

  it("skip a timeline that a recovery to the past left out", async () => {
    const files = [...segments(1, 1, 9), ...segments(2, 5, 7), ...segments(3, 4, 8)];
    const histories = { [two]: leftAt(1, 5), [three]: leftAt(1, 4) };
    expect(shown(await survey([base(1, 2), base(2, 6)], files, histories))).toEqual([
      `base-1-2: 0/2281000 to ${lsn(10)} on 1`,
      `base-1-2: 0/2281000 to ${lsn(8)} on 2`,
      `base-1-2: 0/2281000 to ${lsn(9)} on 3`,
    ]);
  });

  it.each([4, 5])(
    "end where the new timeline begins when its first segment is missing, an alarm (%d)",
    async (last) => {
      const { windows, findings } = await survey([base(1, 2)], [...segments(1, 1, last), ...segments(2, 6, 9)], {
        [two]: leftAt(1, 5),
      });
      expect(shown({ windows, findings })).toContain(
        `base-1-2: 0/2281000 to ${lsn(5)} on 1, missing ${segment(2, 5).name}`,
      );
      expect(findings).toEqual([expect.objectContaining({ severity: "error", object: segment(2, 5).name })]);
    },
  );

  it("begin with backups of a timeline whose history is not archived or cannot be read", async () => {
    const files = [...segments(1, 1, 5), ...segments(2, 5, 9)];
    expect(shown(await survey([base(1, 2), base(2, 7)], files))).toEqual([
      `base-1-2: 0/2281000 to ${lsn(6)} on 1`,
      `base-2-7: 0/7281000 to ${lsn(10)} on 2`,
    ]);
    const unread = await survey([base(1, 2), base(2, 7)], files, { [two]: "no key" });
    expect(unread.windows).toHaveLength(2);
    expect(unread.findings).toEqual([expect.objectContaining({ severity: "warning", code: "KEY_WRONG", object: two })]);
    expect((await survey([base(1, 2)], files, { [two]: "<html>" })).findings).toContainEqual(
      expect.objectContaining({ severity: "warning", code: "SOURCE_INVALID", object: two }),
    );
  });

  it("are an alarm when no backup leads to the newest one", async () => {
    const { findings } = await survey([base(1, 8)], [...segments(1, 1, 9), ...segments(2, 5, 12)], {
      [two]: leftAt(1, 5),
    });
    expect(findings).toEqual([
      expect.objectContaining({ severity: "error", message: expect.stringContaining("timeline 2") }),
    ]);
  });
});

describe("several clusters in one log", () => {
  const old = segments(1, 1, 4).map(({ name, archivedAt }) => walFile(name, archivedAt, "1111"));

  it("have windows of their own, and the past of an old one is no alarm", async () => {
    const files = [...old, ...segments(1, 20, 24)];
    const gap = walFile(segment(1, 6).name, hour(6), "1111");
    const both = await survey([base(1, 2, hour(2), "1111"), base(1, 20)], [...files, gap]);
    expect(both.windows.map(({ source, timeline }) => [source, timeline])).toEqual([
      ["1111", 1],
      ["7584010098765432100", 1],
    ]);
    expect(both.findings).toEqual([expect.objectContaining({ severity: "warning" })]);
  });

  it("are an alarm when the newest has no backup yet", async () => {
    const { findings } = await survey([base(1, 2, hour(2), "1111")], [...old, ...segments(1, 20, 24)]);
    expect(findings).toEqual([expect.objectContaining({ severity: "error", object: "7584010098765432100" })]);
  });
});
