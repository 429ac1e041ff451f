import { hash } from "node:crypto";
import { once } from "node:events";
import { copyFile, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, memorySink, take, temporaryDirectory } from "./support/harness.ts";

/** A database in WAL mode that nobody has open, of several megabytes. */
async function idle(): Promise<string> {
  const path = join(await temporaryDirectory(), "app.db");
  const db = new Database(path);
  db.pragma("journal_mode = wal");
  db.exec("CREATE TABLE t(v); CREATE TABLE big(v)");
  const insert = db.prepare("INSERT INTO big VALUES (hex(randomblob(50000)))");
  for (let row = 0; row < 40; row++) insert.run();
  db.close();
  return path;
}

/** Every call that reads the source. */
async function readAll(path: string): Promise<void> {
  const work = await bench();
  const engine = sqlite({ path });
  await engine.probe(work.ctx);
  await engine.save(work.ctx);
  for (const method of ["online", "vacuum", "sql"]) await take(engine, work, method);
  await engine.fingerprint(work.ctx);
}

/** Names, bytes and the time of the last change of everything in the database's directory. */
async function found(path: string): Promise<Record<string, unknown>> {
  const names = (await readdir(dirname(path))).toSorted();
  const each = names.map(async (name) => {
    const file = join(dirname(path), name);
    return [name, [(await stat(file, { bigint: true })).mtimeNs, hash("sha256", await readFile(file))]] as const;
  });
  return Object.fromEntries(await Promise.all(each));
}

describe("reading a database in WAL mode", () => {
  it("that nobody has open leaves it byte for byte, with nothing beside it", async () => {
    const path = await idle();
    const before = await found(path);
    expect(Object.keys(before)).toEqual(["app.db"]);
    await readAll(path);
    expect(await found(path)).toEqual(before);
  });

  it("through a link leaves nothing beside the file", async () => {
    const path = await idle();
    const link = join(await temporaryDirectory(), "link.db");
    await symlink(path, link);
    await readAll(link);
    expect(await readdir(dirname(path))).toEqual(["app.db"]);
  });

  it("that an application has open leaves the application its -wal, which it goes on using", async () => {
    const path = await idle();
    const application = new Database(path);
    application.pragma("wal_autocheckpoint = 0");
    application.prepare("SELECT count(*) FROM t").get();
    expect((await stat(`${path}-wal`)).size).toBe(0);
    await readAll(path);
    application.exec("INSERT INTO t VALUES ('one')");
    const { size } = await stat(`${path}-wal`);
    await readAll(path);
    expect((await stat(`${path}-wal`)).size).toBe(size);
    application.exec("INSERT INTO t VALUES ('two')");
    expect(application.prepare("SELECT v FROM t").pluck().all()).toEqual(["one", "two"]);
    application.close();
    expect(await readdir(dirname(path))).toEqual(["app.db"]);
  });

  it("whose application was killed leaves database and -wal byte for byte: its last commits are not checkpointed", async () => {
    const live = await idle();
    const path = join(await temporaryDirectory(), "app.db");
    const application = new Database(live);
    application.exec("INSERT INTO t VALUES ('only in the WAL')");
    for (const suffix of ["", "-wal"]) await copyFile(live + suffix, path + suffix);
    application.close();
    const before = await found(path);
    await readAll(path);
    expect(await found(path)).toMatchObject(before);
  });

  it("leaves an empty -wal that was there before: somebody may have made it for readers who cannot", async () => {
    const path = await idle();
    await writeFile(`${path}-wal`, "");
    await readAll(path);
    expect((await stat(`${path}-wal`)).size).toBe(0);
  });

  it("does not checkpoint what an application wrote that came and went meanwhile", async () => {
    const path = await idle();
    const main = await readFile(path);
    const sink = memorySink(async (body) => {
      await once(body, "readable");
      const application = new Database(path);
      application.exec("INSERT INTO t VALUES ('meanwhile')");
      application.close();
    });
    await take(sqlite({ path }), await bench(), "sql", sink);
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    expect(await readFile(path)).toEqual(main);
    const application = new Database(path);
    expect(application.prepare("SELECT v FROM t").pluck().all()).toEqual(["meanwhile"]);
    application.close();
  });
});
