import { execFileSync } from "node:child_process";
import { chmod, chown, copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, memorySink, take, temporaryDirectory } from "./support/harness.ts";
import { makeZoo } from "./support/zoo.ts";

const methods = ["online", "vacuum", "sql"] as const;
const isRoot = process.platform === "linux" && process.getuid?.() === 0;

describe("a source", () => {
  it("that is missing is SOURCE_NOT_FOUND to every call, and is never created", async () => {
    const directory = await temporaryDirectory();
    const engine = sqlite({ path: join(directory, "missing.db") });
    const work = await bench();
    const code = "SOURCE_NOT_FOUND";
    await expect(engine.probe(work.ctx)).rejects.toMatchObject({ code });
    await expect(engine.save(work.ctx)).rejects.toMatchObject({ code });
    await expect(engine.fingerprint(work.ctx)).rejects.toMatchObject({ code });
    for (const method of methods) await expect(take(engine, work, method)).rejects.toMatchObject({ code });
    expect(await readdir(directory)).toEqual([]);
    expect(await work.left()).toEqual([]);
  });

  it("that is no database, cut short or damaged is SOURCE_INVALID, and no whole artifact comes out", async () => {
    const directory = await temporaryDirectory();
    const good = join(directory, "good.db");
    makeZoo(good, { journalMode: "delete" });
    const bytes = await readFile(good);
    const bad = {
      "text.db": Buffer.from("this is a long text and not a database ".repeat(50)),
      "encrypted.db": Buffer.alloc(8192, 0xa7),
      "header.db": Buffer.from(bytes).fill(0xff, 0, 16),
      "pages.db": Buffer.from(bytes).fill(0xff, 4096 * 10, 4096 * 60),
    };
    for (const [name, content] of Object.entries(bad)) {
      const path = join(directory, name);
      await writeFile(path, content);
      for (const method of methods) {
        const sink = memorySink();
        const taken = take(sqlite({ path }), await bench(), method, sink);
        await expect(taken, `${name} by ${method}`).rejects.toMatchObject({ code: "SOURCE_INVALID" });
      }
      expect(await readFile(path)).toEqual(content);
    }
  });

  it("that is a directory, a place in memory or no path at all is refused", async () => {
    const directory = await temporaryDirectory();
    await expect(sqlite({ path: directory }).probe((await bench()).ctx)).rejects.toMatchObject({
      code: "SOURCE_INVALID",
    });
    for (const path of [":memory:", "", "a\0b", "app.db "])
      expect(() => sqlite({ path })).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  });

  it("whose application was killed inside a transaction is SOURCE_INVALID, says what to do, and is not rolled back by us", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "app.db");
    const db = new Database(join(directory, "live.db"));
    db.exec("CREATE TABLE t(v); INSERT INTO t VALUES (1); PRAGMA cache_size = 5; BEGIN; UPDATE t SET v = 2");
    for (let row = 0; row < 100; row++) db.exec("INSERT INTO t VALUES (randomblob(4000))");
    for (const suffix of ["", "-journal"]) await copyFile(join(directory, `live.db${suffix}`), path + suffix);
    db.exec("ROLLBACK");
    db.close();
    const before = [await readFile(path), await readFile(`${path}-journal`)];
    const work = await bench();
    for (const method of methods)
      await expect(take(sqlite({ path }), work, method)).rejects.toMatchObject({
        code: "SOURCE_INVALID",
        hint: expect.stringContaining("rolls it back"),
      });
    expect([await readFile(path), await readFile(`${path}-journal`)]).toEqual(before);
  });

  it("that is a link to itself is SOURCE_INVALID", async () => {
    const path = join(await temporaryDirectory(), "app.db");
    await symlink(path, path);
    await expect(sqlite({ path }).probe((await bench()).ctx)).rejects.toMatchObject({ code: "SOURCE_INVALID" });
  });

  it("locked exclusively for longer than the busy timeout is SOURCE_BUSY", async () => {
    const path = join(await temporaryDirectory(), "app.db");
    makeZoo(path, { journalMode: "delete" });
    const holder = new Database(path);
    holder.exec("BEGIN EXCLUSIVE");
    const work = await bench();
    for (const method of methods)
      await expect(take(sqlite({ path, busyTimeoutMs: 100 }), work, method)).rejects.toMatchObject({
        code: "SOURCE_BUSY",
      });
    holder.exec("COMMIT");
    holder.close();
    expect(await work.left()).toEqual([]);
    await take(sqlite({ path, busyTimeoutMs: 100 }), work);
  });

  it("locked exclusively for less than the busy timeout is waited for", async () => {
    const path = join(await temporaryDirectory(), "app.db");
    makeZoo(path, { journalMode: "delete" });
    const holder = new Database(path);
    holder.exec("BEGIN EXCLUSIVE");
    const taken = take(sqlite({ path, busyTimeoutMs: 20_000 }), await bench());
    const stillWaiting = Symbol("waiting");
    const nextSecond = new Promise((resolve) => setTimeout(resolve, 1_000, stillWaiting));
    expect(await Promise.race([taken, nextSecond])).toBe(stillWaiting);
    holder.exec("COMMIT");
    holder.close();
    expect((await taken).facts.method).toBe("online");
  });

  it("that this user may not read is PERMISSION_DENIED", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to act as another user");
    const directory = await temporaryDirectory();
    const path = join(directory, "app.db");
    makeZoo(path, { journalMode: "delete" });
    await chmod(directory, 0o755);
    await chmod(path, 0o600);
    const work = await openBench();
    await asNobody(async () => {
      await expect(sqlite({ path }).probe(work.ctx)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
      await expect(take(sqlite({ path }), work)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    });
  });

  it("in WAL mode whose directory is closed to this user is PERMISSION_DENIED once the application is gone", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to act as another user");
    const directory = await temporaryDirectory();
    const path = join(directory, "app.db");
    makeZoo(path);
    await chmod(directory, 0o755);
    await chmod(path, 0o644);
    const work = await openBench();
    const message = "may write to its directory";
    await asNobody(async () => {
      const probing = sqlite({ path }).probe(work.ctx);
      await expect(probing).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
        hint: expect.stringContaining(message),
      });
    });
  });

  it("is backed up by a user who may only read it while the application has it open", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to act as another user");
    const directory = await temporaryDirectory();
    const path = join(directory, "app.db");
    makeZoo(path);
    const application = new Database(path);
    application.exec("INSERT INTO log VALUES ('only in the WAL')");
    await chmod(directory, 0o755);
    for (const name of await readdir(directory)) await chmod(join(directory, name), 0o644);
    const work = await openBench();
    const expected = await sqlite({ path }).fingerprint(work.ctx);
    await asNobody(async () => {
      expect((await take(sqlite({ path }), work)).facts.fingerprint).toEqual(expected);
    });
    application.close();
  });
});

describe("through a read-only mount", () => {
  it("a database in WAL mode is backed up while the application has it open, and the probe warns", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to mount a directory read-only");
    const directory = await temporaryDirectory();
    makeZoo(join(directory, "app.db"));
    const application = new Database(join(directory, "app.db"));
    application.exec("INSERT INTO log VALUES ('only in the WAL')");
    const mounted = await temporaryDirectory();
    execFileSync("mount", ["--bind", directory, mounted]);
    onTestFinished(() => void execFileSync("umount", [mounted]));
    execFileSync("mount", ["-o", "remount,bind,ro", mounted]);
    const work = await bench();
    const engine = sqlite({ path: join(mounted, "app.db") });
    const { findings } = await engine.probe(work.ctx);
    expect(findings).toMatchObject([{ severity: "warning", code: "PERMISSION_DENIED", object: mounted }]);
    const taken = await take(engine, work);
    const expected = await sqlite({ path: join(directory, "app.db") }).fingerprint(work.ctx);
    expect(taken.facts.fingerprint).toEqual(expected);
    application.close();
    await expect(engine.probe(work.ctx)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

describe("a scratch directory", () => {
  it("that is too small is NO_SPACE, announced by the probe, and is left clean", async (test) => {
    const scratch = await mountMemory(test, "size=256k");
    const path = join(await temporaryDirectory(), "app.db");
    makeZoo(path);
    const work = await bench(scratch);
    const { findings } = await sqlite({ path }).probe(work.ctx);
    expect(findings).toMatchObject([{ severity: "warning", code: "NO_SPACE", object: scratch }]);
    for (const method of ["online", "vacuum"])
      await expect(take(sqlite({ path }), work, method)).rejects.toMatchObject({ code: "NO_SPACE" });
    expect(await work.left()).toEqual([]);
    await take(sqlite({ path }), work, "sql");
  });

  it("that is missing is OPTIONS_INVALID", async () => {
    const path = join(await temporaryDirectory(), "app.db");
    makeZoo(path);
    const work = await bench(join(await temporaryDirectory(), "missing"));
    await expect(take(sqlite({ path }), work)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  });

  it("holds a copy that only this user can read, and only until it is streamed", async () => {
    const path = join(await temporaryDirectory(), "app.db");
    makeZoo(path);
    await chmod(path, 0o644);
    const work = await bench();
    let during: readonly string[] = ["not asked"];
    const sink = memorySink(async () => {
      during = await work.left();
    });
    await take(sqlite({ path }), work, "online", sink);
    expect(during).toEqual([]);
  });
});

/** A scratch directory that anybody may use. */
async function openBench(): ReturnType<typeof bench> {
  const directory = await temporaryDirectory();
  await chmod(directory, 0o755);
  const scratch = join(directory, "scratch");
  await mkdir(scratch);
  await chown(scratch, 65_534, 65_534);
  return bench(scratch);
}

async function asNobody(work: () => Promise<void>): Promise<void> {
  process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

async function mountMemory(test: TestContext, options: string): Promise<string> {
  if (!isRoot) test.skip("needs root on Linux to mount a small file system");
  const path = await temporaryDirectory();
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  onTestFinished(() => void execFileSync("umount", [path]));
  return path;
}
