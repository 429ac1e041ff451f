import assert from "node:assert/strict";
import { assertAbsent, assertBytes, idle, keysOf, put } from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

export const deletingPromises: readonly StoragePromise[] = [
  {
    name: "deletes an object",
    run: async ({ storage }) => {
      await put(storage, "a/b/c", "bytes");
      await storage.delete("a/b/c", idle);
      await assertAbsent(storage, "a/b/c");
    },
  },
  {
    name: "deletes what is not there without complaint",
    run: async ({ storage }) => {
      await storage.delete("never/was/there", idle);
      await put(storage, "a/b/c", "bytes");
      await storage.delete("a/b/c", idle);
      await storage.delete("a/b/c", idle);
      await storage.delete("a/b/c/d", idle);
      assert.deepEqual(await keysOf(storage), []);
    },
  },
  {
    name: "deletes nothing but the one object",
    run: async ({ storage }) => {
      const neighbours = ["a/b/cd", "a/b/d", "a/bc", "ab", "b"];
      for (const key of ["a/b/c", ...neighbours]) await put(storage, key, key);
      for (const key of ["a/b/c", "a/b", "a", "a/b/d/e"]) await storage.delete(key, idle);
      assert.deepEqual(await keysOf(storage), neighbours);
      for (const key of neighbours) await assertBytes(storage, key, key);
    },
  },
  {
    name: "lets a key be used again after its deletion",
    run: async ({ storage }) => {
      for (const bytes of ["first", "second", "third"]) {
        await put(storage, "a/b", bytes);
        await assertBytes(storage, "a/b", bytes);
        await storage.delete("a/b", idle);
      }
    },
  },
  {
    name: "stores and deletes in one place at the same time",
    run: async ({ storage }) => {
      await Promise.all(
        Array.from({ length: 8 }, async (_, worker) => {
          for (let round = 0; round < 12; round += 1) {
            const key = `shared/place/${worker}`;
            await put(storage, key, `${worker} ${round}`);
            await assertBytes(storage, key, `${worker} ${round}`);
            await storage.delete(key, idle);
          }
        }),
      );
      assert.deepEqual(await keysOf(storage), []);
    },
  },
];
