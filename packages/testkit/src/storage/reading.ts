import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { noise } from "../codec/sample-bytes.ts";
import { heldBytes } from "../held-bytes.ts";
import { assertBytes, assertSame, idle, inTime, put, read, refused } from "./storage-steps.ts";
import type { StoragePromise, StorageTrial } from "./storage-subject.ts";

const MiB = 1024 * 1024;
const key = "orders/data.bin";
const heldAtMost = 16 * MiB;

export const readingPromises: readonly StoragePromise[] = [
  {
    name: "says OBJECT_NOT_FOUND for what is not there",
    run: async ({ storage }) => {
      await refused(storage.stat("missing", idle), "OBJECT_NOT_FOUND");
      await refused(storage.get("missing", { signal: idle }), "OBJECT_NOT_FOUND");
      await put(storage, "a/b/c", "there");
      for (const missing of ["a", "a/b", "a/b/d", "a/b/c/d", "a/b/cc", "x/y/z"]) {
        await refused(storage.stat(missing, idle), "OBJECT_NOT_FOUND");
        await refused(storage.get(missing, { signal: idle }), "OBJECT_NOT_FOUND");
      }
    },
  },
  {
    name: "gives exactly the range asked for, also an empty one",
    run: async ({ storage }) => {
      const bytes = noise(MiB + 5);
      await put(storage, key, bytes);
      const { length } = bytes;
      for (const [offset, count] of [
        [0, 1],
        [0, length],
        [1, 70_000],
        [length - 1, 1],
        [7, 0],
        [length, 0],
      ] as const) {
        const range = await read(storage, key, { offset, length: count });
        assertSame(range, bytes.subarray(offset, offset + count), `${count} bytes at ${offset}`);
      }
      for (const offset of [0, 65_537, length]) {
        assertSame(await read(storage, key, { offset }), bytes.subarray(offset), `all from ${offset}`);
      }
      assertSame(await read(storage, key, { length: 9 }), bytes.subarray(0, 9), "the first 9");
    },
  },
  {
    name: "refuses a range that leaves the object with RANGE_INVALID",
    run: async ({ storage }) => {
      await put(storage, key, "0123456789");
      await put(storage, "empty", Readable.from([]));
      const ranges = [{ offset: 11 }, { offset: 5, length: 6 }, { length: 11 }, { offset: 10, length: 1 }];
      const nonsense = [{ offset: -1 }, { length: -1 }, { offset: 0.5 }, { offset: Number.NaN }, { offset: 2 ** 60 }];
      for (const range of [...ranges, ...nonsense]) {
        await refused(storage.get(key, { ...range, signal: idle }), "RANGE_INVALID");
      }
      await refused(storage.get("empty", { offset: 1, signal: idle }), "RANGE_INVALID");
    },
  },
  {
    name: "does not read far ahead of a slow reader",
    run: async ({ storage }) => {
      const block = noise(MiB);
      await put(storage, key, Readable.from(Array.from({ length: 64 }, () => block)));
      const before = heldBytes();
      const stream = await storage.get(key, { signal: idle });
      await once(stream, "readable");
      // Each answer of the storage is a chance to read on.
      for (let i = 0; i < 50; i += 1) await storage.stat(key, idle);
      const held = heldBytes() - before;
      stream.destroy();
      assert.ok(held <= heldAtMost, `${Math.round(held / MiB)} MiB are held for a reader that waits`);
    },
  },
  {
    name: "stays usable when readers stop early",
    run: async (trial) => {
      await abandonReaders(trial);
      await inTime(trial.patienceMs, "reading after abandoned readers", assertBytes(trial.storage, key, noise(MiB)));
    },
  },
  {
    name: "frees what readers held that stop early",
    needs: "openHandles",
    run: async (trial) => {
      const before = await trial.openHandles?.();
      await abandonReaders(trial);
      assert.equal(await trial.openHandles?.(), before, "open files or connections");
    },
  },
  {
    name: "serves 50 callers at once",
    run: async ({ storage }) => {
      const contents = Array.from({ length: 50 }, (_, i) => noise(10_000 + i, i + 1));
      await Promise.all(contents.map((bytes, i) => put(storage, `many/${i % 5}/${i}`, bytes)));
      await Promise.all(contents.map((bytes, i) => assertBytes(storage, `many/${i % 5}/${i}`, bytes)));
    },
  },
];

/** Some before their first byte, some after it; and some that are refused. */
async function abandonReaders({ storage, patienceMs }: StorageTrial): Promise<void> {
  await put(storage, key, noise(MiB));
  for (let i = 0; i < 60; i += 1) {
    const stream = await inTime(patienceMs, "opening a reader", storage.get(key, { signal: idle }));
    if (i % 2 === 0) await once(stream, "readable");
    stream.destroy();
    if (!stream.closed) await inTime(patienceMs, "closing a reader", once(stream, "close"));
    await refused(storage.get(key, { offset: 2 * MiB, signal: idle }), "RANGE_INVALID");
  }
}
