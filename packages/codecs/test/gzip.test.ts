import { randomBytes } from "node:crypto";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { gzip } from "../src/index.ts";
import { isInstalled, runStock } from "./support/stock-tool.ts";
import { through } from "./support/through.ts";

vi.setConfig({ testTimeout: 30_000 });

const KiB = 1024;
const plain = Buffer.concat([Buffer.alloc(300 * KiB, "orders,"), randomBytes(100 * KiB)]);
const refusal = expect.objectContaining({
  code: "DECODE_FAILED",
  message: expect.stringMatching(/^gzip: cannot decode/),
});

const decode = (...writes: Buffer[]): Promise<Buffer> => through(gzip().decoder(), ...writes);

/** A member made by hand. */
function member(flags: number, optionalFields: Buffer, content = plain, size = content.length): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(size, 4);
  const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255]);
  return Buffer.concat([header, optionalFields, deflateRawSync(content), trailer]);
}

describe("gzip reads exactly one member", () => {
  it("and refuses a second one, also when the first is empty", async () => {
    for (const first of [gzipSync(plain), gzipSync("")]) {
      await expect(decode(Buffer.concat([first, gzipSync(plain)]))).rejects.toEqual(refusal);
      await expect(decode(first, gzipSync(plain))).rejects.toEqual(refusal);
    }
  });

  it("and refuses zeros or garbage after it", async () => {
    for (const extra of [Buffer.alloc(1), Buffer.alloc(8), Buffer.alloc(10 * KiB), randomBytes(70 * KiB)]) {
      await expect(decode(Buffer.concat([gzipSync(plain), extra]))).rejects.toEqual(refusal);
      await expect(decode(gzipSync(plain), extra)).rejects.toEqual(refusal);
    }
  });

  it("and refuses one that is cut anywhere", async () => {
    const coded = gzipSync(plain);
    for (const length of [0, 1, 9, 10, 11, coded.length / 2, coded.length - 9, coded.length - 8, coded.length - 1]) {
      await expect(decode(coded.subarray(0, length))).rejects.toEqual(refusal);
    }
  });

  it("whatever optional fields its header has, in writes of any size", async () => {
    const extra = Buffer.from([3, 0, 1, 2, 3]);
    const [name, comment, headerCrc] = [Buffer.from("a.db\0"), Buffer.from("nightly\0"), Buffer.alloc(2)];
    for (const coded of [
      member(0x08, name),
      member(0x04, extra),
      member(0x1e, Buffer.concat([extra, name, comment, headerCrc])),
    ]) {
      expect(await decode(coded)).toEqual(plain);
      const bytes = Array.from({ length: 40 }, (_, at) => coded.subarray(at, at + 1));
      expect(await decode(...bytes, coded.subarray(40))).toEqual(plain);
    }
  });

  it("and refuses unknown flags, a header without an end, and another length than the trailer says", async () => {
    await expect(decode(member(0x20, Buffer.alloc(0)))).rejects.toEqual(refusal);
    await expect(decode(member(0x08, Buffer.alloc(300 * KiB, "x")))).rejects.toEqual(refusal);
    await expect(decode(member(0, Buffer.alloc(0), plain, 1))).rejects.toEqual(refusal);
  });
});

it("gzip refuses levels that do not exist", () => {
  for (const level of [0, 10, -1, 1.5, Number.NaN]) {
    expect(() => gzip({ level })).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  }
});

describe.skipIf(!isInstalled("gzip"))("gzip and the stock tool read each other (needs gzip)", () => {
  it.each([1, 6, 9])("at level %d", async (level) => {
    const coded = await through(gzip({ level }).encoder(), plain);
    expect(runStock("gzip -dc", coded)).toEqual(plain);
    expect(await decode(runStock(`gzip -${level} -c`, plain))).toEqual(plain);
  });
});
