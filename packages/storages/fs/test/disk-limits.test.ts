import { execFileSync } from "node:child_process";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { fsStorage } from "../src/index.ts";
import { keysOf, put, read, signal, sweepAll } from "./steps.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const MiB = 1024 * 1024;
const isRoot = process.platform === "linux" && process.getuid?.() === 0;

describe("on a full disk", () => {
  it("a put fails with NO_SPACE, leaves nothing behind and harms no other object", async (test) => {
    const path = await mountMemory(test, "size=4m");
    const storage = fsStorage({ path });
    await put(storage, "kept", "k".repeat(MiB));
    await expect(put(storage, "large", "x".repeat(8 * MiB))).rejects.toMatchObject({ code: "NO_SPACE" });
    await expect(put(storage, "kept", "y".repeat(8 * MiB), "replace")).rejects.toMatchObject({ code: "NO_SPACE" });
    expect(await keysOf(storage)).toEqual(["kept"]);
    expect(await read(storage, "kept")).toBe("k".repeat(MiB));
    expect(await readdir(join(path, "tmp"))).toEqual([]);
    await put(storage, "small", "s".repeat(2 * MiB));
    expect(await storage.freeBytes?.(signal)).toBeLessThan(2 * MiB);
  });

  it("a put fails with NO_SPACE when there is room for bytes but not for files", async (test) => {
    const storage = fsStorage({ path: await mountMemory(test, "size=4m,nr_inodes=20") });
    const stored: string[] = [];
    async function fill(): Promise<void> {
      for (let i = 0; i < 40; i += 1) {
        await put(storage, `a/${i}/b`, `${i}`);
        stored.push(`a/${i}/b`);
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: "NO_SPACE" });
    expect(stored.length).toBeGreaterThan(3);
    expect(await keysOf(storage)).toEqual(stored.toSorted());
    expect(await sweepAll(storage)).toBe(0);
    await storage.delete(stored[0] ?? "", signal);
    await put(storage, "again", "room");
  });
});

describe("without permission", () => {
  it("a read-only file system gives what it holds and refuses changes with PERMISSION_DENIED", async (test) => {
    const path = await mountMemory(test, "size=4m");
    const storage = fsStorage({ path });
    await put(storage, "a/b", "bytes");
    execFileSync("mount", ["-o", "remount,ro", path]);
    await expect(put(storage, "a/c", "bytes")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(put(storage, "a/b", "bytes", "replace")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(storage.delete("a/b", signal)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await keysOf(storage)).toEqual(["a/b"]);
    expect(await read(storage, "a/b")).toBe("bytes");
  });

  it("nothing is written, and a listing fails rather than leaving out what it cannot read", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to act as another user");
    const path = await temporaryDirectory();
    await chmod(path, 0o755);
    const root = join(path, "repository");
    const storage = fsStorage({ path: root });
    await put(storage, "open/a", "bytes");
    await put(storage, "shut/b", "bytes");
    for (const directory of [root, join(root, "open")]) await chmod(directory, 0o755);
    await asNobody(async () => {
      await expect(put(storage, "open/c", "bytes")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await expect(storage.delete("open/a", signal)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await expect(read(storage, "open/a")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await expect(keysOf(storage)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      expect(await keysOf(storage, "open/")).toEqual(["open/a"]);
    });
    expect(await keysOf(storage)).toEqual(["open/a", "shut/b"]);
  });
});

async function mountMemory(test: TestContext, options: string): Promise<string> {
  if (!isRoot) test.skip("needs root on Linux to mount a small file system");
  const path = await temporaryDirectory();
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  onTestFinished(() => {
    execFileSync("umount", [path]);
  });
  return path;
}

async function asNobody(work: () => Promise<void>): Promise<void> {
  process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
