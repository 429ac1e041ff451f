import type { FsPort } from "@dbsave/core";
import { CrashFs, failingFs } from "@dbsave/testkit";
import { describe, expect, it } from "vitest";
import { swapIn } from "../src/file/swap-in.ts";

const target = "/data/app.db";
const aside = "/data/app.db.before-restore-1";
const temporary = "/data/.app.db.1.restoring";
const old = ["", "-wal", "-shm", "-journal"];

async function write(fs: FsPort, path: string, text: string): Promise<void> {
  const file = await fs.createFile(path, 0o600);
  await file.write([Buffer.from(text)]);
  await file.sync();
  await file.close();
}

/** A disk, all of it durable, with an old database and everything beside it, and a new one that is ready. */
async function disk(): Promise<CrashFs> {
  const fs = new CrashFs();
  await fs.makeDirectory("/data");
  await fs.syncDirectory("/");
  for (const suffix of old) await write(fs, target + suffix, `old${suffix}`);
  await write(fs, temporary, "new");
  await fs.syncDirectory("/data");
  return fs.restart();
}

async function contents(fs: FsPort): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of await fs.list("/data")) {
    const file = await fs.openFile(`/data/${name}`);
    const bytes = Buffer.alloc(100);
    found.set(`/data/${name}`, bytes.toString("utf8", 0, await file.read(bytes, 0)));
    await file.close();
  }
  return found;
}

const isWhole = (files: ReadonlyMap<string, string>, name: string): boolean =>
  old.every((suffix) => files.get(name + suffix) === `old${suffix}`);

describe("putting a restored database in the place of an old one", () => {
  it("moves the old one with everything beside it, and leaves nothing beside the new one", async () => {
    const fs = await disk();
    expect(await swapIn(fs, temporary, target, aside)).toEqual(old.map((suffix) => aside + suffix));
    const files = await contents(fs);
    expect(files.get(target)).toBe("new");
    expect(isWhole(files, aside)).toBe(true);
    expect(files.size).toBe(5);
  });

  it("survives a power cut at any point: the old database is whole, and no leftover meets another database", async () => {
    const fs = await disk();
    await swapIn(fs, temporary, target, aside);
    let crashes = 0;
    for (const { name, mount } of fs.everyCrash()) {
      const files = await contents(mount());
      const atTarget = files.get(target);
      const beside = old.slice(1).filter((suffix) => files.has(target + suffix));
      expect(isWhole(files, target) || isWhole(files, aside), `${name}: the old database`).toBe(true);
      expect(atTarget !== "old" || isWhole(files, target), `${name}: an old database without its WAL`).toBe(true);
      expect(atTarget === "new" ? beside : [], `${name}: beside the new database`).toEqual([]);
      expect(["old", "new", undefined], name).toContain(atTarget);
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(20);
  });

  it("puts everything back when any operation fails", async () => {
    const { length } = await (async (): Promise<readonly string[]> => {
      const fs = await disk();
      await swapIn(fs, temporary, target, aside);
      return fs.operations;
    })();
    let failures = 0;
    for (let point = 0; point < length; point++) {
      const inner = await disk();
      const failing = failingFs(inner, { at: point, code: "EIO" });
      const [outcome] = await Promise.allSettled([swapIn(failing, temporary, target, aside)]);
      if (outcome.status === "fulfilled") continue;
      failures += 1;
      const files = await contents(inner);
      expect(isWhole(files, target), `operation ${point}`).toBe(true);
      expect(
        [...files.keys()].filter((name) => name.startsWith(aside)),
        `operation ${point}`,
      ).toEqual([]);
    }
    expect(failures).toBeGreaterThan(10);
  });
});
