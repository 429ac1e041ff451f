import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { fsStorage } from "../src/index.ts";
import { keysOf, put, signal, sweepAll } from "./steps.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const fixture = fileURLToPath(new URL("writer.fixture.ts", import.meta.url));

describe("a sweep", () => {
  it("leaves the file of a living writer alone, however old it is, and removes it once the writer was killed", async () => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path });
    const writer = await startWriter(path);
    await stop(writer);
    expect(await sweepAll(storage)).toBe(0);
    expect(await readdir(join(path, "tmp"))).toHaveLength(1);
    await kill(writer);
    expect(await keysOf(storage)).toEqual([]);
    expect(await sweepAll(storage)).toBe(1);
    expect(await readdir(join(path, "tmp"))).toEqual([]);
    await put(storage, "orders/data", "bytes");
  });

  it("leaves the file of a dead writer alone until it is old enough", async () => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path });
    await kill(await startWriter(path));
    const now = new Date();
    const olderThanMs = 3_600_000;
    expect(await storage.sweep?.({ signal, now, olderThanMs })).toBe(0);
    const later = new Date(now.getTime() + olderThanMs);
    expect(await storage.sweep?.({ signal, now: later, olderThanMs })).toBe(1);
  });

  it.each([
    ["another host", ["4242", "99", "4026531836", "11111111-2222-3333-4444-555555555555", "elsewhere"]],
    ["an earlier boot", ["1", "99", "4026531836", "11111111-2222-3333-4444-555555555555", "this-host"]],
    ["a writer that is not known", []],
    ["a name that no writer gives", ["1", "%E0", "b", "c", "d"]],
  ])("decides by age alone about the file of %s", async (_, owner) => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path });
    await put(storage, "a", "bytes");
    const left = join(path, "tmp", `${owner.join("+")}-0123456789abcdef.partial`);
    await writeFile(left, "half");
    const now = new Date();
    const yesterday = new Date(now.getTime() - 86_400_000);
    expect(await storage.sweep?.({ signal, now, olderThanMs: 3_600_000 })).toBe(0);
    await utimes(left, yesterday, yesterday);
    expect(await storage.sweep?.({ signal, now, olderThanMs: 2 * 86_400_000 })).toBe(0);
    expect(await storage.sweep?.({ signal, now, olderThanMs: 3_600_000 })).toBe(1);
    expect(await keysOf(storage)).toEqual(["a"]);
  });

  it("does not take a later process with the number of the dead writer for it", async () => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path });
    const writer = await startWriter(path);
    await kill(writer);
    const [left = ""] = await readdir(join(path, "tmp"));
    expect(left.startsWith(`${writer.pid}+`)).toBe(true);
    await rename(join(path, "tmp", left), join(path, "tmp", left.replace(/^\d+/, String(process.pid))));
    expect(await sweepAll(storage)).toBe(1);
  });

  it("leaves alone what this storage has not made", async () => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path });
    await put(storage, "a", "bytes");
    await writeFile(join(path, "tmp", "notes.txt"), "mine");
    expect(await sweepAll(storage)).toBe(0);
    expect(await readdir(join(path, "tmp"))).toEqual(["notes.txt"]);
  });
});

/** Resolves when it is in the middle of a put. */
async function startWriter(path: string): Promise<ChildProcess> {
  const writer = spawn(process.execPath, ["--conditions=@dbsave/source", fixture, path, "orders/data"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void writer.kill("SIGKILL"));
  await once(writer.stdout ?? writer, "data");
  return writer;
}

/** So that it does not fill the disk; it is still alive. */
async function stop(writer: ChildProcess): Promise<void> {
  writer.kill("SIGSTOP");
}

async function kill(writer: ChildProcess): Promise<void> {
  const exited = once(writer, "exit");
  writer.kill("SIGKILL");
  await exited;
}
