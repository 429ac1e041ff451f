import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { DbsaveError } from "@dbsave/core";
import { noise, pieces } from "../codec/sample-bytes.ts";
import {
  assertAbsent,
  assertBytes,
  failingBody,
  idle,
  inTime,
  keysOf,
  list,
  put,
  refused,
  sha256,
  stalledBody,
} from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const key = "orders/backups/1/data.bin";

export const storingPromises: readonly StoragePromise[] = [
  {
    name: "gives an object back byte for byte, whatever its size",
    run: async ({ storage }) => {
      for (const size of [1, 64 * KiB - 1, 64 * KiB, 64 * KiB + 1, MiB, MiB + 1, 3 * MiB + 7]) {
        const bytes = noise(size, size);
        await put(storage, `sizes/${size}`, bytes);
        await assertBytes(storage, `sizes/${size}`, bytes);
      }
    },
  },
  {
    name: "stores an empty object",
    run: async ({ storage }) => {
      const { sizeBytes } = await put(storage, key, Readable.from([]));
      assert.equal(sizeBytes, 0);
      assert.deepEqual(await keysOf(storage), [key]);
      await assertBytes(storage, key, "");
    },
  },
  {
    name: "stores the same bytes however they are cut into chunks",
    run: async ({ storage }) => {
      const bytes = noise(2 * MiB + 11);
      const cuts: Readonly<Record<string, readonly Uint8Array[]>> = {
        "one large": [bytes],
        "many small": pieces(bytes, 3 * KiB),
        "large and small": [bytes.subarray(0, 7), bytes.subarray(7, 7 + MiB), bytes.subarray(7 + MiB)],
        "no Buffers": [new Uint8Array(bytes)],
      };
      for (const [name, chunks] of Object.entries(cuts)) {
        await put(storage, name, Readable.from(chunks));
        await assertBytes(storage, name, bytes);
      }
    },
  },
  {
    name: "tells the same key, size and time in put, stat and list",
    run: async ({ storage }) => {
      const stored = await put(storage, key, "twelve bytes");
      for (const told of [stored, await storage.stat(key, idle), ...(await list(storage))]) {
        assert.deepEqual({ key: told.key, sizeBytes: told.sizeBytes }, { key, sizeBytes: 12 });
        const apartMs = Math.abs(told.modifiedAt.getTime() - stored.modifiedAt.getTime());
        assert.ok(apartMs <= 2_000, `the times are ${apartMs} ms apart`);
      }
      const ageMs = Math.abs(stored.modifiedAt.getTime() - Date.now());
      assert.ok(ageMs < 3_600_000, `a new object is from ${stored.modifiedAt.toISOString()}`);
    },
  },
  {
    name: "shows an object only when its put has finished",
    run: async ({ storage, patienceMs }) => {
      const { body, stalled, finish } = stalledBody(noise(2 * MiB));
      const storing = put(storage, key, body);
      await inTime(patienceMs, "reading the body", Promise.race([stalled, storing]));
      await assertAbsent(storage, key);
      assert.deepEqual(await keysOf(storage), []);
      finish(Buffer.from("end"));
      await storing;
      await assertBytes(storage, key, Buffer.concat([noise(2 * MiB), Buffer.from("end")]));
    },
  },
  {
    name: "keeps nothing of a body that fails, and passes its error on",
    run: async ({ storage }) => {
      const failure = new DbsaveError("TOOL_FAILED", "pg_dump: exit 1");
      for (const chunks of [[], [noise(10)], [noise(2 * MiB), noise(5)]]) {
        await refused(put(storage, key, failingBody(chunks, failure)), "TOOL_FAILED");
        await assertAbsent(storage, key);
      }
    },
  },
  {
    name: "keeps nothing of a body that was cut",
    run: async ({ storage }) => {
      for (const chunks of [[], [noise(10)], [noise(2 * MiB), noise(5)]]) {
        await refused(put(storage, key, failingBody(chunks)), "STORAGE_FAILED");
        await assertAbsent(storage, key);
      }
    },
  },
  {
    name: "refuses a body that was read before",
    run: async ({ storage }) => {
      const body = Readable.from([Buffer.from("gone")]);
      await buffer(body);
      await refused(put(storage, key, body), "STORAGE_FAILED");
      await assertAbsent(storage, key);
    },
  },
  {
    name: "keeps nothing when the SHA-256 is wrong, and says CHECKSUM_MISMATCH",
    run: async ({ storage }) => {
      for (const bytes of [Buffer.alloc(0), noise(10), noise(2 * MiB + 1)]) {
        await refused(put(storage, key, bytes, { sha256: sha256("other bytes") }), "CHECKSUM_MISMATCH");
        await assertAbsent(storage, key);
      }
    },
  },
  {
    name: "stores a body whose SHA-256 is right",
    run: async ({ storage }) => {
      for (const bytes of [Buffer.alloc(0), noise(10), noise(2 * MiB + 1)]) {
        await put(storage, key, bytes, { sha256: sha256(bytes), ifExists: "replace" });
        await assertBytes(storage, key, bytes);
      }
    },
  },
  {
    name: "listens for a failure of the body from the first moment",
    run: async ({ storage }) => {
      const { body } = stalledBody(noise(10));
      const storing = refused(put(storage, key, body), "TOOL_FAILED");
      const listeners = body.listenerCount("error");
      body.on("error", () => undefined);
      body.destroy(new DbsaveError("TOOL_FAILED", "pg_dump: not found"));
      await storing;
      assert.ok(listeners > 0, "an early failure of the body would end the process");
    },
  },
];
