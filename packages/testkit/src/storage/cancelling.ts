import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { noise } from "../codec/sample-bytes.ts";
import { assertAbsent, assertBytes, idle, inTime, keysOf, list, put, refused, stalledBody } from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

const MiB = 1024 * 1024;
const key = "orders/data.bin";

export const cancellingPromises: readonly StoragePromise[] = [
  {
    name: "does nothing that is cancelled before it begins",
    run: async ({ storage }) => {
      const signal = AbortSignal.abort();
      await put(storage, key, "kept");
      await refused(put(storage, "new", "bytes", { signal }), "ABORTED");
      await refused(put(storage, key, "bytes", { signal, ifExists: "replace" }), "ABORTED");
      await refused(storage.get(key, { signal }), "ABORTED");
      await refused(storage.stat(key, signal), "ABORTED");
      await refused(list(storage, "", signal), "ABORTED");
      await refused(storage.delete(key, signal), "ABORTED");
      assert.deepEqual(await keysOf(storage), [key]);
      await assertBytes(storage, key, "kept");
    },
  },
  {
    name: "stops a put that is cancelled while its body stalls, and keeps nothing",
    run: async ({ storage, patienceMs }) => {
      const controller = new AbortController();
      const { body, stalled } = stalledBody(noise(2 * MiB));
      const storing = put(storage, key, body, { signal: controller.signal });
      await inTime(patienceMs, "reading the body", Promise.race([stalled, storing]));
      controller.abort();
      await inTime(patienceMs, "the cancelled put", refused(storing, "ABORTED"));
      assert.ok(body.destroyed, "the body is still open");
      await assertAbsent(storage, key);
    },
  },
  {
    name: "stops a read that is cancelled",
    run: async ({ storage, patienceMs }) => {
      await put(storage, key, noise(8 * MiB));
      const controller = new AbortController();
      const stream = await storage.get(key, { signal: controller.signal });
      async function cancelAfterOne(): Promise<void> {
        for await (const chunk of stream) {
          assert.ok(chunk.length > 0);
          controller.abort();
        }
      }
      await inTime(patienceMs, "the cancelled read", refused(cancelAfterOne(), "ABORTED"));
    },
  },
  {
    name: "keeps the failure of a read that nobody has begun for whoever begins it",
    run: async ({ storage, patienceMs }) => {
      await put(storage, key, noise(8 * MiB));
      const controller = new AbortController();
      const stream = await storage.get(key, { signal: controller.signal });
      const listeners = stream.listenerCount("error");
      stream.on("error", () => undefined);
      controller.abort();
      await inTime(patienceMs, "the cancelled read", refused(buffer(stream), "ABORTED"));
      assert.ok(listeners > 0, "a cancelled read that nobody has begun would end the process");
    },
  },
  {
    name: "stops a listing that is cancelled",
    run: async ({ storage, patienceMs }) => {
      for (const name of ["a", "b", "c/d", "c/e"]) await put(storage, name, name);
      const controller = new AbortController();
      async function cancelAfterOne(): Promise<void> {
        for await (const { key: first } of storage.list("", controller.signal)) {
          assert.equal(first, "a", "listed on after it was cancelled");
          controller.abort();
        }
      }
      await inTime(patienceMs, "the cancelled listing", refused(cancelAfterOne(), "ABORTED"));
      assert.equal((await list(storage, "", idle)).length, 4);
    },
  },
];
