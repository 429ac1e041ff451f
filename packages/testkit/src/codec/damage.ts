import assert from "node:assert/strict";
import { type Codec, isDbsaveError } from "@dbsave/core";
import type { CodecPromise, CodecSubject } from "./codec-subject.ts";
import { encode, run } from "./run-codec.ts";
import { noise, numbers } from "./sample-bytes.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const small = Buffer.from("A backup is a promise, a proof is a fact.");

export const damagePromises: readonly CodecPromise[] = [
  {
    name: "refuses a coded stream with any bit flipped",
    run: async (subject) => {
      for (const { plain, coded, positions } of await samples(subject)) {
        const bits = plain === small ? [0, 1, 2, 3, 4, 5, 6, 7] : [5];
        for (const at of positions) {
          for (const bit of bits)
            await expectNoOtherBytes(subject.create(), flip(coded, at, bit), plain, `${bit}@${at}`);
        }
      }
    },
  },
  {
    name: "refuses a coded stream with any byte missing",
    run: async (subject) => {
      for (const { coded, positions } of await samples(subject)) {
        for (const at of positions) {
          await expectRefused(subject.create(), coded.subarray(0, at), `cut at ${at}`);
          await expectRefused(subject.create(), without(coded, at), `without ${at}`);
        }
      }
    },
  },
  {
    name: "refuses a coded stream with any byte added",
    run: async (subject) => {
      for (const { coded, positions } of await samples(subject)) {
        for (const at of [...positions, coded.length]) {
          await expectRefused(subject.create(), withExtra(coded, at), `extra byte at ${at}`);
        }
      }
    },
  },
  {
    name: "refuses padding and garbage after the end",
    run: async (subject) => {
      const coded = await encode(subject.create(), [small]);
      for (const extra of [Buffer.alloc(1), Buffer.alloc(512), Buffer.from("\n"), noise(100), noise(200 * KiB)]) {
        await expectRefused(subject.create(), Buffer.concat([coded, extra]), `${extra.length} bytes after the end`);
      }
    },
  },
  {
    name: "refuses two coded streams joined",
    run: async (subject) => {
      for (const plain of [Buffer.alloc(0), small, noise(200 * KiB)]) {
        const first = await encode(subject.create(), [plain]);
        const second = await encode(subject.create(), [small]);
        await expectRefused(subject.create(), Buffer.concat([first, second]), "in one write");
        await expectRefused(subject.create(), first, "in two writes", second);
      }
    },
  },
  {
    name: "refuses what is no coded stream",
    run: async (subject) => {
      for (const other of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(100 * KiB), noise(100 * KiB), small]) {
        await expectRefused(subject.create(), other, `${other.length} other bytes`);
      }
    },
  },
];

/** A damaged copy of `coded`, with one byte less, more or another. */
export function flip(coded: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(coded);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return copy;
}

function without(coded: Buffer, at: number): Buffer {
  return Buffer.concat([coded.subarray(0, at), coded.subarray(at + 1)]);
}

function withExtra(coded: Buffer, at: number): Buffer {
  return Buffer.concat([coded.subarray(0, at), Buffer.of(0x5a), coded.subarray(at)]);
}

interface Sample {
  readonly plain: Buffer;
  readonly coded: Buffer;
  readonly positions: readonly number[];
}

/** A small stream with all its positions, and a large one with its ends, its 64 KiB boundaries and some at random. */
async function samples({ create }: CodecSubject): Promise<readonly Sample[]> {
  const smallCoded = await encode(create(), [small]);
  const plain = noise(2 * MiB + 77);
  const coded = await encode(create(), [plain]);
  const next = numbers(8);
  const positions = [
    ...Array.from({ length: 12 }, () => next() % coded.length),
    ...[1, 2, 8, 16].flatMap((chunk) => [-1, 0, 1].map((offset) => chunk * 64 * KiB + offset)),
    ...[1, 2, 4, 8, 16, 17].map((fromEnd) => coded.length - fromEnd),
  ];
  return [
    { plain: small, coded: smallCoded, positions: [...smallCoded.keys()] },
    { plain, coded, positions },
  ];
}

/** Damage to authenticated bytes is always an error; a compressed stream has bits that carry nothing. */
async function expectNoOtherBytes(codec: Codec, damaged: Buffer, plain: Buffer, what: string): Promise<void> {
  const { released, error } = await run(codec.decoder(), [damaged]);
  if (error !== undefined) return assertRefusal(codec, error, what);
  assert.equal(codec.kind, "compression", `${what}: damage was not noticed`);
  assert.ok(released.equals(plain), `${what}: other bytes came back without an error`);
}

async function expectRefused(codec: Codec, first: Buffer, what: string, ...others: Buffer[]): Promise<void> {
  const { error } = await run(codec.decoder(), [first, ...others]);
  assert.ok(error !== undefined, `${what}: accepted without an error`);
  assertRefusal(codec, error, what);
}

/** A damaged header can look like one that is for somebody else. */
function assertRefusal(codec: Codec, error: Error, what: string): void {
  const isExpected =
    isDbsaveError(error, "DECODE_FAILED") || (codec.kind === "encryption" && isDbsaveError(error, "KEY_WRONG"));
  assert.ok(isExpected, `${what}: expected DECODE_FAILED, got ${error.name}: ${error.message}`);
}
