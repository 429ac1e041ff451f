import { describe, expect, it } from "vitest";
import { checkKey, checkPrefix, compareKeys, resolveRange } from "../src/index.ts";

const invalid = expect.objectContaining({ code: "KEY_INVALID" });

describe("checkKey", () => {
  it.each([
    "a",
    "a/b",
    "dbsave.json",
    ".hidden",
    "..a",
    "a..",
    "a b",
    "-",
    "tmpx",
    "a/tmp",
    "日本",
    "\u00a0",
    "n".repeat(255),
  ])("accepts %j", (key) => {
    expect(() => checkKey(key)).not.toThrow();
  });

  it.each(["", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\0", "a\n", "\u0085", "\ud800"])(
    "refuses %j",
    (key) => {
      expect(() => checkKey(key)).toThrow(invalid);
    },
  );

  it("refuses what is reserved and what is too long", () => {
    for (const key of ["tmp", "tmp/a", "n".repeat(256), "ü".repeat(128), `${"a/".repeat(512)}a`]) {
      expect(() => checkKey(key)).toThrow(invalid);
    }
    expect(() => checkKey(`${"a/".repeat(511)}aa`)).not.toThrow();
  });

  it("does not print control characters or endless keys", () => {
    const message = messageOf(() => checkKey(`\u001b[31m${"x".repeat(100_000)}`));
    expect(message).toContain(String.raw`\u001b[31m`);
    expect(message.length).toBeLessThan(1200);
  });
});

it("checkPrefix looks at whole segments only", () => {
  for (const prefix of ["", "a", "a/", "a/b", ".", "..", "tm", "tmp", "a/..", "n".repeat(300)]) {
    expect(() => checkPrefix(prefix)).not.toThrow();
  }
  for (const prefix of ["/", "../", "a/../", "a//", "tmp/", "a\n/b"])
    expect(() => checkPrefix(prefix)).toThrow(invalid);
});

it("compareKeys orders by UTF-8 bytes, where JavaScript's own order differs", () => {
  const keys = ["\u{1f600}", "\uff61", "b", "a/b", "a-b", "a", "a.b", "aa"];
  expect(keys.toSorted(compareKeys)).toEqual(["a", "a-b", "a.b", "a/b", "aa", "b", "\uff61", "\u{1f600}"]);
});

describe("resolveRange", () => {
  it.each([
    [{}, 0, 10],
    [{ offset: 3 }, 3, 7],
    [{ offset: 10 }, 10, 0],
    [{ length: 4 }, 0, 4],
    [{ offset: 4, length: 0 }, 4, 0],
    [{ offset: 9, length: 1 }, 9, 1],
  ])("takes %j of ten bytes", (range, offset, length) => {
    expect(resolveRange("key", 10, range)).toEqual({ offset, length });
  });

  it.each([{ offset: 11 }, { length: 11 }, { offset: 9, length: 2 }, { offset: -1 }, { length: -1 }, { offset: 0.5 }])(
    "refuses %j of ten bytes",
    (range) => {
      expect(() => resolveRange("key", 10, range)).toThrow(expect.objectContaining({ code: "RANGE_INVALID" }));
    },
  );
});

function messageOf(work: () => void): string {
  try {
    work();
    return "";
  } catch (error) {
    return String(error);
  }
}
