import assert from "node:assert/strict";
import type { Codec } from "@dbsave/core";
import type { CodecPromise } from "./codec-subject.ts";
import { decode, encode } from "./run-codec.ts";
import { noise, pieces } from "./sample-bytes.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const lengths = [0, 1, 64 * KiB - 1, 64 * KiB, 64 * KiB + 1, MiB - 1, MiB, MiB + 1, 5 * MiB + 13];

export const roundTripPromises: readonly CodecPromise[] = [
  {
    name: "gives back exactly what it was given, whatever the length",
    run: async ({ create }) => {
      for (const length of lengths) {
        for (const plain of [noise(length), Buffer.alloc(length, "dbsave ")]) {
          assertSame(await decode(create(), [await encode(create(), [plain])]), plain, `${length} bytes`);
        }
      }
    },
  },
  {
    name: "does not care how bytes are cut into writes",
    run: async ({ create }) => {
      for (const [length, longest] of [
        [2000, 1],
        [300 * KiB, 1000],
        [3 * MiB, 200 * KiB],
      ] as const) {
        const plain = noise(length);
        const coded = await encode(create(), pieces(plain, longest, 2));
        assertSame(await decode(create(), pieces(coded, longest, 3)), plain, `pieces of up to ${longest} bytes`);
      }
    },
  },
  {
    name: "leaves the caller's bytes as they are",
    run: async ({ create }) => {
      const plain = noise(200 * KiB);
      const coded = await encode(create(), [plain]);
      for (const [stream, bytes] of [
        [create().encoder(), plain],
        [create().decoder(), coded],
      ] as const) {
        const before = Buffer.from(bytes);
        stream.resume().end(bytes);
        await new Promise((resolve, reject) => stream.once("end", resolve).once("error", reject));
        assertSame(bytes, before, "what was written");
      }
    },
  },
  {
    name: "keeps streams apart that run at the same time",
    run: async ({ create }) => {
      const codec = create();
      await Promise.all([4, 5, 6, 7].map((seed) => roundTripInPieces(codec, noise(300 * KiB, seed), seed)));
    },
  },
];

async function roundTripInPieces(codec: Codec, plain: Buffer, seed: number): Promise<void> {
  const coded = await encode(codec, pieces(plain, 50 * KiB, seed));
  assertSame(await decode(codec, pieces(coded, 50 * KiB, seed)), plain, `stream ${seed}`);
}

/** Without printing megabytes of difference. */
function assertSame(actual: Buffer, expected: Buffer, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: another length came back`);
  assert.ok(actual.equals(expected), `${what}: other bytes came back`);
}
