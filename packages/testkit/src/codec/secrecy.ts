import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isDbsaveError } from "@dbsave/core";
import type { EncryptionPromise } from "./codec-subject.ts";
import { flip } from "./damage.ts";
import { encode, releasedBy, run } from "./run-codec.ts";
import { noise, pieces } from "./sample-bytes.ts";

const KiB = 1024;
const canary = Buffer.from("the canary that must not be seen ");

export const secrecyPromises: readonly EncryptionPromise[] = [
  {
    name: "lets no plain byte through",
    run: async ({ create }) => {
      for (const length of [canary.length, 3 * KiB, 300 * KiB]) {
        const coded = await encode(create(), [Buffer.alloc(length, canary)]);
        for (let at = 0; at + 8 <= canary.length; at += 8) {
          assert.ok(!coded.includes(canary.subarray(at, at + 8)), "plain bytes are in the coded stream");
        }
      }
    },
  },
  {
    name: "never codes the same bytes the same way twice",
    run: async ({ create }) => {
      const codec = create();
      const [first, second] = [await encode(codec, [canary]), await encode(codec, [canary])];
      assert.ok(!first.equals(second), "two coded streams are the same");
      assert.ok(!first.subarray(-16).equals(second.subarray(-16)), "two coded streams end in the same way");
    },
  },
  {
    name: "says KEY_WRONG when the key is another or none",
    run: async ({ create }, { withWrongKey, withoutKey }) => {
      const coded = await encode(create(), [noise(200 * KiB)]);
      for (const other of [withWrongKey(), withoutKey()]) {
        const { released, error } = await run(other.decoder(), [coded]);
        assert.ok(isDbsaveError(error, "KEY_WRONG"), `expected KEY_WRONG, got ${error?.message ?? "no error"}`);
        assert.equal(released.length, 0, "bytes were released without the key");
      }
    },
  },
  {
    name: "fails before any byte when it cannot encrypt",
    run: async (_, { impossible }) => {
      await assert.rejects(impossible().check(), (error) => isDbsaveError(error, "ENCRYPTION_IMPOSSIBLE"));
      const { released, error } = await run(impossible().encoder(), [canary]);
      assert.ok(isDbsaveError(error, "ENCRYPTION_IMPOSSIBLE"), "the encoder took bytes it cannot encrypt");
      assert.equal(released.length, 0, "the encoder gave bytes it did not encrypt");
    },
  },
  {
    name: "releases only bytes that are genuine",
    run: async ({ create }) => {
      const plain = noise(300 * KiB);
      const coded = await encode(create(), [plain]);
      for (let at = 1000; at < coded.length; at += 20 * KiB) {
        const released = await releasedBy(create().decoder(), pieces(flip(coded, at, 3), 2 * KiB));
        assert.ok(released.equals(plain.subarray(0, released.length)), "damaged bytes were released");
      }
    },
  },
  {
    name: "shows its secrets nowhere",
    run: async ({ create }, { withWrongKey, withoutKey, impossible, secrets }) => {
      const coded = await encode(create(), [canary]);
      const seen: unknown[] = [];
      for (const codec of [create(), withWrongKey(), withoutKey(), impossible()]) {
        const [encoder, decoder] = [codec.encoder(), codec.decoder()];
        seen.push(codec, encoder, decoder, await run(encoder, [canary]), await run(decoder, [flip(coded, 30, 0)]));
        seen.push((await run(codec.decoder(), [coded])).error, await codec.check().catch((error: unknown) => error));
      }
      for (const value of seen) {
        const text = everythingIn(value);
        assert.ok(!secrets.some((secret) => text.includes(secret)), "a secret is shown");
      }
    },
  },
];

/** All that a logger could print of `value`. */
function everythingIn(value: unknown): string {
  const inspected = inspect(value, { depth: 10, showHidden: true, maxArrayLength: 100, getters: true });
  const isError = value instanceof Error;
  return `${inspected}\n${isError ? `${value.stack}\n${value.message}\n${JSON.stringify(value)}` : ""}`;
}
