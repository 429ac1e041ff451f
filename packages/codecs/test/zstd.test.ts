import { randomBytes } from "node:crypto";
import { constants, createZstdCompress, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { zstd } from "../src/index.ts";
import { ZstdFrame } from "../src/zstd-frame.ts";
import { isInstalled, runStock } from "./support/stock-tool.ts";
import { through } from "./support/through.ts";

vi.setConfig({ testTimeout: 30_000 });

const KiB = 1024;
const MiB = 1024 * KiB;
const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const plain = Buffer.concat([Buffer.alloc(300 * KiB, "orders,"), randomBytes(300 * KiB)]);

const encode = (...writes: Buffer[]): Promise<Buffer> => through(zstd().encoder(), ...writes);
const decode = (...writes: Buffer[]): Promise<Buffer> => through(zstd().decoder(), ...writes);
const refusal = expect.objectContaining({
  code: "DECODE_FAILED",
  message: expect.stringMatching(/^zstd: cannot decode/),
});

/** How many frames `coded` has, by its own parser. */
function frameCount(coded: Buffer): number {
  let frames = 0;
  for (let at = 0; at < coded.length; frames++) at += new ZstdFrame().follow(coded.subarray(at));
  return frames;
}

describe("zstd refuses what node's own stream takes for good", () => {
  it("a frame that is cut anywhere, in one write or in many", async () => {
    const coded = await encode(plain);
    for (const length of [1, 4, 5, 6, 100, 128 * KiB, coded.length / 2, coded.length - 5, coded.length - 1]) {
      await expect(decode(coded.subarray(0, length))).rejects.toEqual(refusal);
      const half = coded.subarray(0, length / 2);
      await expect(decode(half, coded.subarray(half.length, length))).rejects.toEqual(refusal);
    }
  });

  it("two frames joined, in one write, in two, and across a write", async () => {
    const coded = await encode(plain);
    const joined = Buffer.concat([coded, coded]);
    await expect(decode(joined)).rejects.toEqual(refusal);
    await expect(decode(coded, coded)).rejects.toEqual(refusal);
    await expect(decode(joined.subarray(0, coded.length + 2), joined.subarray(coded.length + 2))).rejects.toEqual(
      refusal,
    );
  });

  it("a skippable frame before or after", async () => {
    const coded = await encode(plain);
    const skippable = Buffer.from("502a4d180400000061626364", "hex");
    await expect(decode(Buffer.concat([coded, skippable]))).rejects.toEqual(refusal);
    await expect(decode(Buffer.concat([skippable, coded]))).rejects.toEqual(refusal);
  });

  it("zeros or garbage after the frame", async () => {
    const coded = await encode(plain);
    for (const extra of [Buffer.alloc(1), Buffer.alloc(4 * KiB), randomBytes(70 * KiB)]) {
      await expect(decode(Buffer.concat([coded, extra]))).rejects.toEqual(refusal);
      await expect(decode(coded, extra)).rejects.toEqual(refusal);
    }
  });

  it("a frame without a checksum", async () => {
    await expect(decode(zstdCompressSync(plain))).rejects.toEqual(refusal);
    expect(await decode(zstdCompressSync(plain, checksummed))).toEqual(plain);
  });
});

describe("zstd writes exactly one frame", () => {
  it("when the end comes while writes are still waiting", async () => {
    const encoder = zstd().encoder();
    for (const piece of ["a", "b", "c"]) encoder.write(Buffer.from(piece));
    encoder.end();
    const coded = Buffer.concat(await encoder.toArray());
    expect(frameCount(coded)).toBe(1);
    expect((await decode(coded)).toString()).toBe("abc");
  });

  it("when it fills zlib's buffer to the last byte, where node adds an empty one", async () => {
    const noise = randomBytes(MiB);
    const bare = createZstdCompress({ chunkSize: MiB, ...checksummed });
    const overhead = (await through(bare, noise.subarray(0, MiB - 100))).length - (MiB - 100);
    const exact = noise.subarray(0, MiB - overhead);
    const coded = await encode(exact);
    expect(coded.length).toBe(MiB);
    expect(frameCount(coded)).toBe(1);
    expect(await decode(coded)).toEqual(exact);
  });

  it("for any bytes in any pieces, and its end is known wherever the frame is cut into writes", async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50 }), async (writes, step) => {
        const buffers = writes.map((bytes) => Buffer.from(bytes));
        const coded = await encode(...buffers);
        expect(frameCount(coded)).toBe(1);
        const frame = new ZstdFrame();
        for (let at = 0; at < coded.length; at += step) {
          expect(frame.isWhole).toBe(false);
          expect(frame.follow(coded.subarray(at, at + step))).toBe(Math.min(step, coded.length - at));
        }
        expect(frame.isWhole).toBe(true);
        expect(await decode(coded)).toEqual(Buffer.concat(buffers));
      }),
      { numRuns: 60 },
    );
  });
});

it("zstd refuses levels that do not exist", () => {
  for (const level of [0, 23, -1, 2.5, Number.NaN]) {
    expect(() => zstd({ level })).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  }
});

describe.skipIf(!isInstalled("zstd"))("zstd and the stock tool read each other (needs zstd)", () => {
  it.each([1, 3, 9, 19, 22])("at level %d", async (level) => {
    const coded = await through(zstd({ level }).encoder(), plain);
    expect(runStock("zstd -dc", coded)).toEqual(plain);
    expect(runStock("zstd -t", coded)).toEqual(Buffer.alloc(0));
    const stock = runStock(level > 19 ? `zstd --ultra -${level} -c` : `zstd -${level} -c`, plain);
    expect(await decode(stock)).toEqual(plain);
  });

  it("but not what the stock tool wrote without a checksum", async () => {
    await expect(decode(runStock("zstd --no-check -c", plain))).rejects.toEqual(refusal);
  });
});
