import { describe, expect, it } from "vitest";
import { checkSegment, pageHeaderBytes, readPageHeader } from "../../src/wal/page-header.ts";

const megabyte = 2 ** 20;

/** The beginning of segment 000000020000000000000003. */
function header(change: (bytes: Buffer) => void = () => {}): Buffer {
  const bytes = Buffer.alloc(pageHeaderBytes);
  bytes.writeUInt16LE(0xd110, 0);
  bytes.writeUInt16LE(0x0006, 2);
  bytes.writeUInt32LE(2, 4);
  bytes.writeBigUInt64LE(0x3000000n, 8);
  bytes.writeBigUInt64LE(7584010098765432100n, 24);
  bytes.writeUInt32LE(16 * megabyte, 32);
  bytes.writeUInt32LE(8192, 36);
  change(bytes);
  return bytes;
}

describe("the beginning of a segment", () => {
  it("tells version, cluster, size and place", () => {
    expect(readPageHeader(header())).toEqual({
      major: 15,
      systemIdentifier: "7584010098765432100",
      segmentBytes: 16 * megabyte,
      pageBytes: 8192,
      timeline: 2,
      position: 0x3000000n,
    });
  });

  it.each([
    [0xd106, 13],
    [0xd10d, 14],
    [0xd113, 16],
    [0xd116, 17],
    [0xd118, 18],
    [0xd1ff, null],
  ])("with the magic number %s is of PostgreSQL %s", (magic, major) => {
    expect(readPageHeader(header((bytes) => bytes.writeUInt16LE(magic, 0))).major).toBe(major);
  });

  it.each([
    ["zeros", Buffer.alloc(8192), "SOURCE_INVALID"],
    ["nothing", Buffer.alloc(0), "SOURCE_INVALID"],
    ["a cut header", header().subarray(0, 39), "SOURCE_INVALID"],
    ["text", Buffer.alloc(8192, "WAL"), "SOURCE_INVALID"],
    ["a page from the middle", header((bytes) => bytes.writeUInt16LE(0x0004, 2)), "SOURCE_INVALID"],
    ["an odd size", header((bytes) => bytes.writeUInt32LE(17 * megabyte, 32)), "SOURCE_INVALID"],
    ["a small size", header((bytes) => bytes.writeUInt32LE(megabyte / 2, 32)), "SOURCE_INVALID"],
    ["the other byte order", header((bytes) => bytes.writeUInt16BE(0xd110, 0)), "UNSUPPORTED"],
  ])("is not %s", (_, bytes, code) => {
    expect(() => readPageHeader(bytes)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a segment", () => {
  const size = 16 * megabyte;
  const name = "000000020000000000000003";
  const read = readPageHeader(header());

  it.each([
    [name, size],
    [`${name}.partial`, size],
    [`${name}.partial`, 8192],
    ["000000030000000000000003", size], // it may begin on the timeline before
  ])("is %s with %d bytes", (own, bytes) => {
    expect(() => checkSegment(own, bytes, read)).not.toThrow();
  });

  it.each([
    ["000000020000000000000004", size, "from 0/3000000 on"],
    ["000000020000000000000103", size, "from 0/3000000 on"],
    ["000000010000000000000003", size, "timeline 2"],
    [name, size - 8192, "bytes, not"],
    [name, size + 1, "bytes, not"],
    [`${name}.partial`, size + 1, "bytes, not"],
  ])("is not %s with %d bytes when it begins elsewhere", (other, bytes, why) => {
    expect(() => checkSegment(other, bytes, read)).toThrow(
      expect.objectContaining({ code: "SOURCE_INVALID", message: expect.stringContaining(why) }),
    );
  });
});
