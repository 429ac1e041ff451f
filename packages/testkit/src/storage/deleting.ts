import assert from "node:assert/strict";
import { allOf, assertAbsent, assertBytes, idle, keysOf, put } from "./storage-steps.ts";
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
    name: "keeps what is stored in a place whose last object is deleted",
    run: async ({ storage }) => {
      await put(storage, "shared/place/0", "0");
      for (let round = 1; round <= 50; round += 1) {
        const key = `shared/place/${round}`;
        await allOf([storage.delete(`shared/place/${round - 1}`, idle), put(storage, key, key)]);
        await assertBytes(storage, key, key);
        assert.deepEqual(await keysOf(storage), [key]);
      }
    },
  },
];
