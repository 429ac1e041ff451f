import assert from "node:assert/strict";
import { compareKeys } from "@dbsave/core";
import { assertBytes, idle, keysOf, list, put, refused } from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

const oddKeys = [
  "with space/and  two",
  "ünïcödé/数据库/😀",
  "-leading-dash/--option",
  `quotes/"double"/'single'/\`back\``,
  "shell/$HOME;*?[a]!~&|<>(){}#",
  "percent/%2e%2e%2f/100%",
  "plus+and=and,and:and@",
  ".hidden/..two-dots/three...",
  "UPPER/lower/MiXeD",
  `long/${"n".repeat(255)}/${"ü".repeat(127)}`,
];

const badKeys = [
  "",
  "/absolute",
  "trailing/",
  "two//slashes",
  "..",
  "../outside",
  "inside/../../outside",
  "inside/..",
  ".",
  "./here",
  "a/./b",
  "back\\slash",
  "nul\0byte",
  "new\nline",
  "del\u007f",
  "half a pair \ud83d",
  "n".repeat(256),
  `deep/${"n/".repeat(600)}end`,
  "tmp",
  "tmp/uncommitted",
];

export const namingPromises: readonly StoragePromise[] = [
  {
    name: "keeps odd keys as they are",
    run: async ({ storage }) => {
      for (const key of oddKeys) await put(storage, key, `bytes of ${key}`);
      assert.deepEqual(await keysOf(storage), oddKeys.toSorted(compareKeys));
      for (const key of oddKeys) {
        await assertBytes(storage, key, `bytes of ${key}`);
        assert.equal((await storage.stat(key, idle)).key, key);
        assert.deepEqual(await keysOf(storage, key), [key]);
        await storage.delete(key, idle);
      }
      assert.deepEqual(await keysOf(storage), []);
    },
  },
  {
    name: "keeps keys apart that look alike",
    run: async ({ storage }) => {
      const alike = ["a b", "a%20b", "a+b", "a/b", "a.b", "a_b", "ab", "ab."];
      for (const key of alike) await put(storage, key, key);
      for (const key of alike) await assertBytes(storage, key, key);
    },
  },
  {
    name: "refuses with KEY_INVALID what could leave the repository or mean two things",
    run: async ({ storage }) => {
      for (const key of badKeys) {
        await refused(put(storage, key, "bytes"), "KEY_INVALID");
        await refused(put(storage, key, "bytes", { ifExists: "replace" }), "KEY_INVALID");
        await refused(storage.get(key, { signal: idle }), "KEY_INVALID");
        await refused(storage.stat(key, idle), "KEY_INVALID");
        await refused(storage.delete(key, idle), "KEY_INVALID");
      }
      for (const prefix of ["/", "../", "a/../", "a//b", "a\\/b"]) await refused(list(storage, prefix), "KEY_INVALID");
      assert.deepEqual(await keysOf(storage), []);
    },
  },
];
