import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Storage } from "@dbsave/core";
import { noise } from "../codec/sample-bytes.ts";
import { assertBytes, failingBody, idle, inTime, put, refused, stalledBody } from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

const MiB = 1024 * 1024;
const key = "orders/data.bin";

export const housekeepingPromises: readonly StoragePromise[] = [
  {
    name: "sweeps neither objects nor a put that is going on",
    needs: "sweep",
    run: async ({ storage, patienceMs }) => {
      await put(storage, "old", "old bytes");
      const { body, stalled, finish } = stalledBody(noise(2 * MiB));
      const storing = put(storage, key, body);
      await inTime(patienceMs, "reading the body", Promise.race([stalled, storing]));
      await sweepEverything(storage);
      finish();
      await storing;
      await assertBytes(storage, key, noise(2 * MiB));
      await assertBytes(storage, "old", "old bytes");
    },
  },
  {
    name: "leaves nothing to sweep when a put fails",
    needs: "sweep",
    run: async ({ storage }) => {
      await put(storage, "taken", "bytes");
      await refused(put(storage, key, failingBody([noise(2 * MiB)])), "STORAGE_FAILED");
      await refused(put(storage, key, noise(2 * MiB), { sha256: "0".repeat(64) }), "CHECKSUM_MISMATCH");
      await refused(put(storage, "taken", noise(2 * MiB)), "OBJECT_EXISTS");
      assert.equal(await sweepEverything(storage), 0);
    },
  },
  {
    name: "settles what is there, changes nothing by it, and says OBJECT_NOT_FOUND of what is not",
    needs: "settle",
    run: async ({ storage }) => {
      await put(storage, key, "bytes");
      await storage.settle?.(key, idle);
      await assertBytes(storage, key, "bytes");
      for (const absent of ["orders", "orders/other", `${key}/below`, "elsewhere/data.bin"])
        await refused(Promise.resolve(storage.settle?.(absent, idle)), "OBJECT_NOT_FOUND");
      await storage.delete(key, idle);
      await refused(Promise.resolve(storage.settle?.(key, idle)), "OBJECT_NOT_FOUND");
      await refused(Promise.resolve(storage.settle?.(key, AbortSignal.abort())), "ABORTED");
    },
  },
  {
    name: "tells the free space in bytes",
    needs: "freeBytes",
    run: async ({ storage }) => {
      const before = await storage.freeBytes?.(idle);
      assert.ok(Number.isSafeInteger(before) && Number(before) > 0, `${before} bytes are free`);
      await refused(Promise.resolve(storage.freeBytes?.(AbortSignal.abort())), "ABORTED");
    },
  },
  {
    name: "shows no secret in its name or in an error",
    needs: "secrets",
    run: async ({ storage, secrets = [] }) => {
      await put(storage, key, "taken");
      const errors = [
        await refused(put(storage, key, "again"), "OBJECT_EXISTS"),
        await refused(storage.get("missing", { signal: idle }), "OBJECT_NOT_FOUND"),
        await refused(storage.get(key, { offset: 99, signal: idle }), "RANGE_INVALID"),
        await refused(put(storage, "cut", failingBody([noise(10)])), "STORAGE_FAILED"),
        await refused(put(storage, "wrong", "bytes", { sha256: "0".repeat(64) }), "CHECKSUM_MISMATCH"),
        await refused(storage.stat(key, AbortSignal.abort()), "ABORTED"),
      ];
      const shown = [storage.name, inspect(storage, { depth: 10 })];
      for (const error of errors) shown.push(error.message, inspect(error, { depth: 10 }), JSON.stringify(error));
      for (const secret of secrets) {
        assert.ok(!shown.some((text) => text.includes(secret)), "a secret can be read");
      }
    },
  },
];

/** With a clock so far ahead that everything is old. */
async function sweepEverything(storage: Storage): Promise<number | undefined> {
  return await storage.sweep?.({ signal: idle, now: new Date(Date.now() + 10 * 365 * 86_400_000), olderThanMs: 0 });
}
