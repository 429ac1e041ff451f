import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type FsPort, nodeFs, systemCode } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { numbers } from "../src/codec/sample-bytes.ts";
import { CrashFs } from "../src/index.ts";

const absent = "absent";

describe("after a power cut", () => {
  it("bytes that were not synced are there, lost, cut or zero", async () => {
    const fs = new CrashFs();
    const file = await fs.createFile("/a");
    await fs.syncDirectory("/");
    await file.write([Buffer.from("x".repeat(2000))]);
    const found = await contentsAfterCrash(fs, "/a");
    for (const length of [0, 512, 1000, 2000]) expect(found).toContain("x".repeat(length));
    expect(found).toContain("x".repeat(1000) + "\0".repeat(1000));
    expect(found).not.toContain(absent);
  });

  it("bytes that were synced stay, whatever was written after them", async () => {
    const fs = new CrashFs();
    const file = await fs.createFile("/a");
    await file.write([Buffer.from("kept")]);
    await file.sync();
    await fs.syncDirectory("/");
    await file.write([Buffer.from(" and lost")]);
    for (const content of await contentsAfterCrash(fs, "/a")) expect(content).toMatch(/^kept/);
  });

  it("a new name is there or not until its directory is synced, also when the bytes are synced", async () => {
    const fs = new CrashFs();
    await writeSynced(fs, "/a", "bytes");
    expect(await contentsAfterCrash(fs, "/a")).toEqual(new Set(["bytes", absent]));
    await fs.syncDirectory("/");
    expect(await contentsAfterCrash(fs, "/a")).toEqual(new Set(["bytes"]));
  });

  it("a removed name is gone or back until its directory is synced", async () => {
    const fs = new CrashFs();
    await writeSynced(fs, "/a", "bytes");
    await fs.syncDirectory("/");
    await fs.unlink("/a");
    expect(await contentsAfterCrash(fs, "/a")).toEqual(new Set(["bytes", absent]));
    await fs.syncDirectory("/");
    expect(await contentsAfterCrash(fs, "/a")).toEqual(new Set([absent]));
  });

  it("a replaced file is the old one or the new one, and a rename never loses both names", async () => {
    const fs = new CrashFs();
    await writeSynced(fs, "/a", "old");
    await fs.makeDirectory("/tmp");
    await writeSynced(fs, "/tmp/b", "new");
    await fs.syncDirectory("/");
    await fs.syncDirectory("/tmp");
    await fs.rename("/tmp/b", "/a");
    const states = fs.statesAfterCrash(fs.operations.length).map(({ mount }) => mount());
    const pairs = await Promise.all(
      states.map(async (after) => [await contentOf(after, "/a"), await contentOf(after, "/tmp/b")]),
    );
    expect(new Set(pairs.map(String))).toEqual(new Set([`old,new`, `new,${absent}`]));
  });

  it("a renamed file whose bytes were not synced can be empty", async () => {
    const fs = new CrashFs();
    const file = await fs.createFile("/b");
    await file.write([Buffer.from("new")]);
    await fs.rename("/b", "/a");
    await fs.syncDirectory("/");
    expect(await contentsAfterCrash(fs, "/a")).toContain("");
  });

  it("a directory and all in it is lost until its parent is synced", async () => {
    const fs = new CrashFs();
    await fs.makeDirectory("/d");
    await writeSynced(fs, "/d/a", "bytes");
    await fs.syncDirectory("/d");
    expect(await contentsAfterCrash(fs, "/d/a")).toContain(absent);
    await fs.syncDirectory("/");
    expect(await contentsAfterCrash(fs, "/d/a")).toEqual(new Set(["bytes"]));
  });

  it("the same states come back each time, each on a disk of its own", async () => {
    const fs = new CrashFs();
    await (await fs.createFile("/a")).write([Buffer.from("x".repeat(999))]);
    const [first, again] = [fs.statesAfterCrash(2), fs.statesAfterCrash(2)];
    expect(again.map(({ name }) => name)).toEqual(first.map(({ name }) => name));
    for (const [i, { mount }] of first.entries()) {
      expect(await contentOf(mount(), "/a")).toBe(await contentOf(again[i]?.mount() ?? fs, "/a"));
      const written = mount();
      await (await written.createFile("/other")).close();
      expect(await contentOf(mount(), "/other")).toBe(absent);
    }
  });
});

it("without a crash it does what the real file system does", async () => {
  const root = await mkdtemp(join(tmpdir(), "dbsave-crash-fs-"));
  try {
    const fs = new CrashFs();
    const next = numbers(20);
    const seen = new Set<string>();
    for (let step = 0; step < 3000; step += 1) {
      const [kind, one, other] = [next() % operations.length, pathOf(next()), pathOf(next())];
      const outcome = await attempt(fs, kind, `/${one}`, `/${other}`);
      expect(outcome, `step ${step}: ${kind} ${one} ${other}`).toBe(
        await attempt(nodeFs, kind, join(root, one), join(root, other)),
      );
      seen.add(outcome);
    }
    expect([...seen].toSorted()).toEqual(
      ["", "EEXIST", "EINVAL", "EISDIR", "ENOENT", "ENOTDIR", "ENOTEMPTY", "EPERM"].toSorted(),
    );
    expect(await treeOf(fs, "/")).toEqual(await treeOf(nodeFs, root));
  } finally {
    await rm(root, { recursive: true });
  }
});

const operations: readonly ((fs: FsPort, one: string, other: string) => Promise<unknown>)[] = [
  (fs, one, other) => writeSynced(fs, one, basename(other)),
  (fs, one, other) => fs.link(one, other),
  (fs, one, other) => fs.rename(one, other),
  (fs, one) => fs.unlink(one),
  (fs, one) => fs.makeDirectory(one),
  (fs, one) => fs.removeDirectory(one),
  (fs, one) => fs.syncDirectory(one),
  (fs, one) => fs.list(one),
  (fs, one) => fs.lstat(one),
];

async function attempt(fs: FsPort, kind: number, one: string, other: string): Promise<string> {
  try {
    await operations[kind]?.(fs, one, other);
    return "";
  } catch (error) {
    return systemCode(error) ?? String(error);
  }
}

/** One to three levels of three names. */
function pathOf(random: number): string {
  const names = ["a", "b", "c"];
  const levels = 1 + (random % 3);
  return Array.from({ length: levels }, (_, level) => names[(random >>> (4 + 3 * level)) % 3]).join("/");
}

async function treeOf(fs: FsPort, directory: string): Promise<unknown> {
  const entries = (await fs.list(directory)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return await Promise.all(
    entries.map(async ({ name, kind }) => {
      const path = join(directory, name);
      return [name, kind === "directory" ? await treeOf(fs, path) : await contentOf(fs, path)];
    }),
  );
}

async function contentsAfterCrash(fs: CrashFs, path: string): Promise<Set<string>> {
  const states = fs.statesAfterCrash(fs.operations.length);
  return new Set(await Promise.all(states.map(({ mount }) => contentOf(mount(), path))));
}

async function contentOf(fs: FsPort, path: string): Promise<string> {
  try {
    const file = await fs.openFile(path);
    const bytes = Buffer.alloc(10_000);
    const count = await file.read(bytes, 0);
    await file.close();
    return bytes.toString("utf8", 0, count);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return absent;
    throw error;
  }
}

async function writeSynced(fs: FsPort, path: string, content: string): Promise<void> {
  const file = await fs.createFile(path, 0o600);
  await file.write([Buffer.from(content)]);
  await file.sync();
  await file.close();
}
