import { describe, expect, it } from "vitest";
import { formatLsn, isLsn, parseLsn } from "../../src/wal/lsn.ts";
import { parseSegmentName, segmentAt, segmentName, segmentNames, startOf } from "../../src/wal/segment.ts";
import { folderOf, partialName, walFileOf } from "../../src/wal/wal-file.ts";

const megabyte = 2 ** 20;
const sizes = Array.from({ length: 11 }, (_, power) => megabyte * 2 ** power);

/** Positions all over the 64 bits, and both sides of every border of segments of `size`. */
function positions(size: number): readonly bigint[] {
  const spread = Array.from({ length: 63 }, (_, bit) => 1n << BigInt(bit));
  const borders = spread.map((at) => (at / BigInt(size)) * BigInt(size));
  return [...spread, ...borders, ...borders.map((at) => at + BigInt(size) - 1n), 0xffff_ffff_ffff_ffffn];
}

describe("positions in the WAL", () => {
  it("are read and written as servers do", () => {
    expect(parseLsn("16/B374D848")).toBe(0x16_b374_d848n);
    expect(formatLsn(0x16_b374_d848n)).toBe("16/B374D848");
    expect(formatLsn(0x1_0000_0028n)).toBe("1/28");
    expect(parseLsn("ffffffff/ffffffff")).toBe(0xffff_ffff_ffff_ffffn);
    for (const position of positions(megabyte)) expect(parseLsn(formatLsn(position))).toBe(position);
  });

  it.each(["", "/", "0", "0/", "/0", "0/0/0", "G/0", "0x1/0", "123456789/0", "0/123456789", " 0/0"])(
    "%j is none",
    (text) => {
      expect(isLsn(text)).toBe(false);
      expect(() => parseLsn(text)).toThrow(expect.objectContaining({ code: "SOURCE_INVALID" }));
    },
  );
});

describe("segments", () => {
  it.each(sizes)("of %d bytes have one name each, in the order of the WAL, and the name leads back", (size) => {
    const numbers = [...new Set(positions(size).map((at) => segmentAt(at, size)))].toSorted((a, b) => (a < b ? -1 : 1));
    const names = numbers.map((number) => segmentName({ timeline: 0x1f, number }, size));
    expect(names.toSorted()).toEqual(names);
    for (const [index, name] of names.entries())
      expect(parseSegmentName(name, size)).toEqual({ timeline: 0x1f, number: numbers[index] });
    for (const at of positions(size)) {
      const start = startOf(segmentAt(at, size), size);
      expect(start <= at && at < start + BigInt(size)).toBe(true);
    }
  });

  it("are named as pg_walfile_name names them", () => {
    expect(segmentNames(1, "2/36012FB8", "2/36012FB9", 16 * megabyte)).toEqual(["000000010000000200000036"]);
    expect(segmentNames(10, "0/FF000000", "1/1", 16 * megabyte)).toEqual([
      "0000000A00000000000000FF",
      "0000000A0000000100000000",
    ]);
    expect(segmentNames(1, "0/FFF00000", "1/0", megabyte)).toEqual(["000000010000000000000FFF"]);
    expect(segmentNames(1, "0/0", "2/0", 1024 * megabyte)).toHaveLength(8);
  });

  it("of another size, of no timeline and in small letters are none", () => {
    expect(parseSegmentName("0000000100000000000000FF", 16 * megabyte)).toEqual({ timeline: 1, number: 255n });
    expect(parseSegmentName("000000010000000000000100", 16 * megabyte)).toBeNull();
    expect(parseSegmentName("000000000000000000000001", 16 * megabyte)).toBeNull();
    expect(parseSegmentName("0000000a0000000000000001", 16 * megabyte)).toBeNull();
    expect(parseSegmentName("000000010000000000000001.partial", 16 * megabyte)).toBeNull();
  });
});

describe("files that a server archives", () => {
  const segment = "0000000200000003000000AB";

  it("are told by their names", () => {
    expect(walFileOf(segment)).toEqual({ kind: "segment", timeline: 2 });
    expect(walFileOf(`${segment}.partial`)).toEqual({ kind: "partial", timeline: 2, segment, bytes: null });
    expect(walFileOf(partialName(segment, 0xc4f210))).toEqual({
      kind: "partial",
      timeline: 2,
      segment,
      bytes: 0xc4f210,
    });
    expect(walFileOf(`${segment}.00000028.backup`)).toEqual({ kind: "backup", timeline: 2, segment });
    expect(walFileOf("0000000B.history")).toEqual({ kind: "history", timeline: 11 });
  });

  it("lie in a folder per cluster and 4 GiB of WAL", () => {
    for (const name of [segment, partialName(segment, 1), `${segment}.partial`, `${segment}.00000028.backup`])
      expect(folderOf("7584010098765432100", name)).toBe("7584010098765432100/0000000200000003");
    expect(folderOf("7584010098765432100", "0000000B.history")).toBe("7584010098765432100/history");
  });

  it.each([
    "",
    "archive_status",
    "RECOVERYXLOG",
    "../000000010000000000000001",
    "0000000200000003000000ab",
    "0000000200000003000000AB.gz",
    "0000000200000003000000AB.partial.partial",
    "0000000200000003000000AB.28.backup",
    "0000000200000003000000AB.28.partial",
    "0000000200000003000000AB.backup",
    "000000B.history",
    "0000000B.history\n",
  ])("%j is none of them", (name) => {
    expect(walFileOf(name)).toBeNull();
    expect(folderOf("7584010098765432100", name)).toBeNull();
  });
});
