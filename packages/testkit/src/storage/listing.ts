import assert from "node:assert/strict";
import { compareKeys, type Storage } from "@dbsave/core";
import { idle, inTime, keysOf, put } from "./storage-steps.ts";
import type { StoragePromise } from "./storage-subject.ts";

const twoPages = 1_100;

export const listingPromises: readonly StoragePromise[] = [
  {
    name: "lists every object once, in the order of the UTF-8 bytes of its key",
    run: async ({ storage }) => {
      const keys = [
        "b",
        "a/b",
        "a-b",
        "a.b",
        "ab",
        "a/b-c",
        "a/bc/d",
        "a/b.c",
        "B",
        "ä",
        "\uff61",
        "\u{1f600}",
        "a0",
        "a/c/d/e",
      ];
      for (const key of keys) await put(storage, key, key);
      assert.deepEqual(await keysOf(storage), keys.toSorted(compareKeys));
    },
  },
  {
    name: "takes a prefix as the beginning of a key, not as a directory",
    run: async ({ storage }) => {
      const keys = ["a/b/c", "a/b/d", "a/bc", "ab/c", "abc", "b/a/b"];
      for (const key of keys) await put(storage, key, key);
      for (const prefix of ["", "a", "a/", "a/b", "a/b/", "a/b/c", "a/b/c/", "ab", "abc", "abcd", "b", "c", "A"]) {
        const expected = keys.filter((key) => key.startsWith(prefix)).toSorted(compareKeys);
        assert.deepEqual(await keysOf(storage, prefix), expected, `prefix "${prefix}"`);
      }
    },
  },
  {
    name: "lists nothing where nothing is",
    run: async ({ storage }) => {
      for (const prefix of ["", "a", "a/", "a/b/c/"]) assert.deepEqual(await keysOf(storage, prefix), []);
    },
  },
  {
    name: "lists more objects than fit one page",
    run: async ({ storage }) => {
      const keys = Array.from({ length: twoPages }, (_, i) => `runs/${String(i).padStart(5, "0")}.jsonl`);
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => put(storage, key, key)));
      }
      assert.deepEqual(await keysOf(storage), keys);
      assert.deepEqual(await keysOf(storage, "runs/010"), keys.slice(1_000, 1_100));
    },
  },
  {
    name: "lists all that stays while other objects come and go",
    run: async ({ storage }) => {
      const staying = Array.from({ length: 40 }, (_, i) => `d${i % 4}/stays-${i}`);
      for (const key of staying) await put(storage, key, key);
      for (let i = 0; i < 40; i += 1) await put(storage, `d${i % 4}/goes-${i}`, "short-lived");
      await expectListed(storage, staying, (turn) => storage.delete(`d${turn % 4}/goes-${turn}`, idle));
      await expectListed(storage, staying, (turn) => put(storage, `d${turn % 4}/comes-${turn}`, "new"));
    },
  },
  {
    name: "stays usable when listings are left in the middle",
    run: async ({ storage, patienceMs }) => {
      const keys = ["a/1", "a/2", "b/1"];
      for (const key of keys) await put(storage, key, key);
      for (let i = 0; i < 60; i += 1) {
        const listing = storage.list("", idle)[Symbol.asyncIterator]();
        const { value } = await inTime(patienceMs, "a listing after abandoned ones", listing.next());
        assert.equal(value?.key, "a/1");
        await listing.return?.();
      }
      assert.deepEqual(await inTime(patienceMs, "a whole listing after abandoned ones", keysOf(storage)), keys);
    },
  },
];

/** Lists all while `change` happens between two entries. */
async function expectListed(
  storage: Storage,
  staying: readonly string[],
  change: (turn: number) => Promise<unknown>,
): Promise<void> {
  const seen: string[] = [];
  for await (const { key } of storage.list("", idle)) {
    if (seen.length < 40) await change(seen.length);
    seen.push(key);
  }
  const stayed = seen.filter((key) => key.includes("stays"));
  assert.deepEqual(stayed, staying.toSorted(compareKeys));
}
