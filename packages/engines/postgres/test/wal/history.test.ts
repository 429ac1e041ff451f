import { describe, expect, it } from "vitest";
import { historyName, parseHistory, stretchesOf } from "../../src/wal/history.ts";

const text = [
  "1\t0/5000148\tno recovery target specified",
  "",
  "# a comment",
  "2\t0/A0000A0\tbefore 2026-11-21 10:00:00.000000+00",
  "",
].join("\n");

describe("a timeline's history", () => {
  it("tells the timelines before it and where each was left", () => {
    expect(parseHistory(text, 3)).toEqual([
      { timeline: 1, end: 0x5000148n },
      { timeline: 2, end: 0xa0000a0n },
    ]);
    expect(parseHistory("", 1)).toEqual([]);
    expect(historyName(11)).toBe("0000000B.history");
  });

  it("is a way along the WAL without gaps", () => {
    const stretches = stretchesOf(3, parseHistory(text, 3));
    expect(stretches).toEqual([
      { timeline: 1, from: 0n, end: 0x5000148n },
      { timeline: 2, from: 0x5000148n, end: 0xa0000a0n },
      { timeline: 3, from: 0xa0000a0n, end: null },
    ]);
    expect(stretchesOf(1, [])).toEqual([{ timeline: 1, from: 0n, end: null }]);
  });

  it("leaves out a timeline that ended where it began", () => {
    expect(stretchesOf(4, parseHistory("1 0/10 x\n2 0/10 y\n", 4))).toEqual([
      { timeline: 1, from: 0n, end: 0x10n },
      { timeline: 4, from: 0x10n, end: null },
    ]);
  });

  it.each([
    ["no position", "1\n"],
    ["no number", "one\t0/10\tx\n"],
    ["a timeline that is not before it", "3\t0/10\tx\n"],
    ["timelines that go back", "2\t0/10\tx\n1\t0/20\tx\n"],
    ["positions that go back", "1\t0/20\tx\n2\t0/10\tx\n"],
    ["something else", "<html>\n"],
  ])("is refused with %s", (_, wrong) => {
    expect(() => parseHistory(wrong, 3)).toThrow(
      expect.objectContaining({ code: "SOURCE_INVALID", message: expect.stringContaining("00000003.history") }),
    );
  });
});
