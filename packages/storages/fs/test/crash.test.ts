import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type FsWriter, isDbsaveError, type Storage } from "@dbsave/core";
import { type Crash, CrashFs } from "@dbsave/testkit";
import { describe, expect, it } from "vitest";
import { fsStorage } from "../src/index.ts";

const { signal } = new AbortController();
const path = "/srv/repository";
const key = "orders/backups/1/data.bin";
const neighbour = "orders/backups/1/SHA256SUMS";
const oldBytes = Buffer.alloc(7_000, "old ");
const newBytes = Buffer.alloc(1_200_000, "new bytes ");
const absent = undefined;
type Content = Buffer | typeof absent;

interface Scenario {
  readonly before: readonly (readonly [string, Buffer])[];
  readonly work: (storage: Storage) => Promise<unknown>;
  /** What the key may hold after a crash in the middle, and must hold once the work has reported success. */
  readonly old: Content;
  readonly new: Content;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  "the first put of a repository": {
    before: [],
    work: (storage) => put(storage, key, newBytes, "fail"),
    old: absent,
    new: newBytes,
  },
  "a put beside others": {
    before: [[neighbour, oldBytes]],
    work: (storage) => put(storage, key, newBytes, "fail"),
    old: absent,
    new: newBytes,
  },
  "a replacement": {
    before: [
      [key, oldBytes],
      [neighbour, oldBytes],
    ],
    work: (storage) => put(storage, key, newBytes, "replace"),
    old: oldBytes,
    new: newBytes,
  },
  "a deletion": {
    before: [
      [key, oldBytes],
      [neighbour, oldBytes],
    ],
    work: (storage) => storage.delete(key, signal),
    old: oldBytes,
    new: absent,
  },
  "the deletion of the last object": {
    before: [[key, oldBytes]],
    work: (storage) => storage.delete(key, signal),
    old: oldBytes,
    new: absent,
  },
  "a put of a key that was just deleted": {
    before: [],
    work: async (storage) => {
      await put(storage, key, newBytes, "fail");
      await storage.delete(key, signal);
      await put(storage, key, newBytes, "fail");
    },
    old: absent,
    new: newBytes,
  },
};

describe("after a crash at any point, in any state of the disk,", { timeout: 60_000 }, () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    it(`${name} is whole or not begun, and the next run goes on`, async () => {
      const { crashes, operations } = await crashesOf(new CrashFs(), scenario);
      expect(crashes.length).toBeGreaterThan(operations * 1.5);
      for (const crash of crashes) await expectWhole(crash, scenario);
    });

    it(`${name} is whole or not begun on a file system without hard links`, async () => {
      const { crashes, operations } = await crashesOf(new WithoutLinks(), scenario);
      expect(crashes.length).toBeGreaterThan(operations * 1.5);
      for (const crash of crashes) await expectWhole(crash, scenario);
    });
  }

  it("two puts at the same time are each whole or not begun", async () => {
    const fs = new CrashFs();
    const storage = fsStorage({ path, fs });
    await Promise.all([put(storage, key, newBytes, "fail"), put(storage, neighbour, oldBytes, "fail")]);
    expect(fs.operations.length).toBeGreaterThan(20);
    for (const { name, mount } of fs.everyCrash()) {
      const after = fsStorage({ path, fs: mount() });
      expectOneOf(await contentOf(after, key), [absent, newBytes], name);
      expectOneOf(await contentOf(after, neighbour), [absent, oldBytes], name);
    }
  });
});

describe("this test notices a storage", { timeout: 60_000 }, () => {
  it("that does not sync its bytes", async () => {
    await expect(checkAll(new WithoutFileSync())).rejects.toThrow(/holds other bytes/);
  });

  it("that does not sync its names", async () => {
    await expect(checkAll(new WithoutDirectorySync())).rejects.toThrow(/holds nothing/);
  });
});

class WithoutLinks extends CrashFs {
  override async link(): Promise<void> {
    throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
  }
}

class WithoutFileSync extends CrashFs {
  override async createFile(file: string): Promise<FsWriter> {
    return { ...(await super.createFile(file)), sync: async () => undefined };
  }
}

class WithoutDirectorySync extends CrashFs {
  override async syncDirectory(): Promise<void> {}
}

async function checkAll(fs: CrashFs): Promise<void> {
  const scenario = scenarios["the first put of a repository"] as Scenario;
  const { crashes } = await crashesOf(fs, scenario);
  for (const crash of crashes) await expectWhole(crash, scenario);
}

async function crashesOf(
  fs: CrashFs,
  { before, work }: Scenario,
): Promise<{ crashes: (Crash & { isDone: boolean })[]; operations: number }> {
  const storage = fsStorage({ path, fs });
  for (const [name, bytes] of before) await put(storage, name, bytes, "fail");
  const begin = fs.operations.length;
  await work(storage);
  const end = fs.operations.length;
  const crashes = [...fs.everyCrash(begin)].map((crash) => ({ ...crash, isDone: crash.point === end }));
  return { crashes, operations: end - begin };
}

async function expectWhole(crash: Crash & { isDone: boolean }, scenario: Scenario): Promise<void> {
  const fs = crash.mount();
  const storage = fsStorage({ path, fs });
  const content = await contentOf(storage, key);
  expectOneOf(content, crash.isDone ? [scenario.new] : [scenario.old, scenario.new], crash.name);
  const others = new Map(scenario.before.filter(([name]) => name !== key));
  const listed = await Array.fromAsync(storage.list("", signal), (object) => object.key);
  expect(listed, crash.name).toEqual([...others.keys(), ...(content === absent ? [] : [key])].toSorted());
  for (const [name, bytes] of others) expectOneOf(await contentOf(storage, name), [bytes], crash.name);
  await expectHealed(fs, crash.name);
  await put(storage, key, newBytes, content === absent ? "fail" : "replace");
  expectOneOf(await contentOf(storage, key), [newBytes], `${crash.name}, then stored again`);
}

/** As the first run after the restart does: the writer that left something is dead by then. */
async function expectHealed(fs: CrashFs, name: string): Promise<void> {
  const temporary = `${path}/tmp`;
  const left = await fs.list(temporary).catch(() => []);
  for (const { name: file } of left) {
    await fs.rename(`${temporary}/${file}`, `${temporary}/${file.replace(/^\d+\+/, "999999999+")}`);
  }
  const tomorrow = new Date(Date.now() + 86_400_000);
  const swept = await fsStorage({ path, fs }).sweep?.({ signal, now: tomorrow, olderThanMs: 3_600_000 });
  expect(swept, name).toBe(left.length);
  expect(await fs.list(temporary).catch(() => []), name).toEqual([]);
}

function expectOneOf(content: Content, allowed: readonly Content[], name: string): void {
  if (allowed.some((one) => (one === absent ? content === absent : content !== absent && one.equals(content)))) return;
  throw new Error(`${name}: the key holds ${content === absent ? "nothing" : `other bytes (${content.length})`}`);
}

async function contentOf(storage: Storage, name: string): Promise<Content> {
  try {
    return await buffer(await storage.get(name, { signal }));
  } catch (error) {
    if (isDbsaveError(error, "OBJECT_NOT_FOUND")) return absent;
    throw error;
  }
}

async function put(storage: Storage, name: string, bytes: Buffer, ifExists: "fail" | "replace"): Promise<void> {
  await storage.put(name, Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]), { signal, ifExists });
}
