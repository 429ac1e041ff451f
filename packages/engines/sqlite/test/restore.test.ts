import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, copyFile, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DbsaveError, type Engine } from "@dbsave/core";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqlite } from "../src/index.ts";
import { type Bench, bench, chunks, sourceOf, type Taken, take, temporaryDirectory } from "./support/harness.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

interface Scene {
  readonly directory: string;
  readonly path: string;
  readonly engine: Engine;
  readonly work: Bench;
  /** Of a database with the one row `saved`. */
  readonly taken: Taken;
}

async function scene(method = "online"): Promise<Scene> {
  const work = await bench();
  const source = join(await temporaryDirectory(), "source.db");
  writeRows(source, "wal", "saved");
  const taken = await take(sqlite({ path: source }), work, method);
  const directory = await temporaryDirectory();
  const path = join(directory, "app.db");
  return { directory, path, engine: sqlite({ path, busyTimeoutMs: 100 }), work, taken };
}

function writeRows(path: string, journalMode: string, ...rows: readonly string[]): void {
  const db = new Database(path);
  db.pragma(`journal_mode = ${journalMode}`);
  db.exec("CREATE TABLE IF NOT EXISTS t(v TEXT)");
  for (const row of rows) db.prepare("INSERT INTO t VALUES (?)").run(row);
  db.close();
}

function rowsOf(path: string): unknown[] {
  const db = new Database(path, { fileMustExist: true });
  const rows = db.prepare("SELECT v FROM t ORDER BY v").pluck().all();
  const ok = db.pragma("integrity_check", { simple: true });
  db.close();
  return ok === "ok" ? rows : [ok];
}

/** What a killed application leaves: a database whose last commits are only in its `-wal`. */
async function killedDatabase(path: string): Promise<void> {
  const live = join(await temporaryDirectory(), "live.db");
  const db = new Database(live);
  db.pragma("journal_mode = wal");
  db.pragma("wal_autocheckpoint = 0");
  db.exec("CREATE TABLE t(v TEXT); INSERT INTO t VALUES ('old'); PRAGMA wal_checkpoint(truncate)");
  db.exec("INSERT INTO t VALUES ('in the WAL')");
  for (const suffix of ["", "-wal", "-shm"]) await copyFile(live + suffix, path + suffix);
  db.close();
}

describe("a restore into a new place", () => {
  it("makes the file with mode 0600, alone in its directory, as usable as the source was", async () => {
    for (const method of ["online", "vacuum", "sql"]) {
      const { directory, path, engine, work, taken } = await scene(method);
      const report = await engine.restore({ force: false }, taken.source, work.ctx);
      expect(report).toEqual({ target: path, movedAside: [], details: { journalMode: "wal" } });
      expect(await readdir(directory)).toEqual(["app.db"]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const db = new Database(path);
      expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
      db.close();
      expect(rowsOf(path)).toEqual(["saved"]);
    }
  });

  it("goes where `into` says", async () => {
    const { directory, engine, work, taken } = await scene();
    const into = join(directory, "other.db");
    expect((await engine.restore({ into, force: false }, taken.source, work.ctx)).target).toBe(into);
    expect(rowsOf(into)).toEqual(["saved"]);
  });

  it("refuses a missing directory, a directory, a link to nowhere and white space at the end, and says so beforehand", async () => {
    const { directory, engine, work, taken } = await scene();
    await mkdir(join(directory, "folder"));
    await symlink(join(directory, "nowhere"), join(directory, "dangling"));
    for (const name of ["missing/app.db", "folder", "dangling", "app.db ", "app.db\n"]) {
      const request = { into: join(directory, name), force: true };
      const { findings } = await engine.planRestore(request, taken.source, work.ctx);
      expect(findings, name).toMatchObject([{ severity: "error", code: "OPTIONS_INVALID" }]);
      await expect(engine.restore(request, taken.source, work.ctx)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    }
    expect((await readdir(directory)).toSorted()).toEqual(["dangling", "folder"]);
  });

  it("refuses a directory whose names this user may not see, with PERMISSION_DENIED, and says so beforehand", async (test) => {
    if (!isRoot) test.skip("needs root on Linux to act as another user");
    const { directory, engine, work, taken } = await scene();
    await chmod(directory, 0o333);
    process.seteuid?.(65_534);
    onTestFinished(() => process.seteuid?.(0));
    const { findings } = await engine.planRestore({ force: true }, taken.source, work.ctx);
    expect(findings).toMatchObject([{ severity: "error", code: "PERMISSION_DENIED", object: directory }]);
    const restoring = engine.restore({ force: true }, taken.source, work.ctx);
    await expect(restoring).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await expect(restoring).rejects.toBeInstanceOf(DbsaveError);
  });

  it("leaves nothing when the stream fails, however late, or when it is cancelled", async () => {
    for (const method of ["online", "vacuum", "sql"]) {
      const { directory, engine, work, taken } = await scene(method);
      const lost = new DbsaveError("CHECKSUM_MISMATCH", "other bytes than the manifest says");
      for (const length of [0, taken.bytes.length / 2, taken.bytes.length]) {
        const source = sourceOf(taken.manifest, () => chunks(taken.bytes.subarray(0, length), lost));
        await expect(engine.restore({ force: true }, source, work.ctx)).rejects.toMatchObject({
          code: "CHECKSUM_MISMATCH",
        });
      }
      const cut = sourceOf(taken.manifest, () => chunks(taken.bytes.subarray(0, -100)));
      await expect(engine.restore({ force: true }, cut, work.ctx)).rejects.toMatchObject({ code: "SOURCE_INVALID" });
      const { ctx, cancel } = await bench();
      const cancelling = sourceOf(taken.manifest, function* () {
        cancel();
        yield* chunks(taken.bytes);
      });
      await expect(engine.restore({ force: true }, cancelling, ctx)).rejects.toMatchObject({ code: "ABORTED" });
      expect(await readdir(directory)).toEqual([]);
    }
  });
});

describe("a restore over a database", () => {
  it("needs force", async () => {
    const { directory, path, engine, work, taken } = await scene();
    writeRows(path, "delete", "old");
    const before = await readFile(path);
    await expect(engine.restore({ force: false }, taken.source, work.ctx)).rejects.toMatchObject({
      code: "TARGET_NOT_EMPTY",
    });
    const { findings } = await engine.planRestore({ force: false }, taken.source, work.ctx);
    expect(findings).toMatchObject([{ severity: "error", code: "TARGET_NOT_EMPTY", object: path }]);
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(directory)).toEqual(["app.db"]);
  });

  it("needs force where there is no database but the -wal of one", async () => {
    const { directory, path, engine, work, taken } = await scene();
    await writeFile(`${path}-wal`, "left by somebody");
    await expect(engine.restore({ force: false }, taken.source, work.ctx)).rejects.toMatchObject({
      code: "TARGET_NOT_EMPTY",
    });
    const { movedAside } = await engine.restore({ force: true }, taken.source, work.ctx);
    expect(movedAside).toHaveLength(1);
    expect(await readFile(movedAside[0] ?? "", "utf8")).toBe("left by somebody");
    expect((await readdir(directory)).filter((name) => name.startsWith("app.db-"))).toEqual([]);
    expect(rowsOf(path)).toEqual(["saved"]);
  });

  it("moves the old one aside with what its application left in the -wal, and no -wal meets the new one", async () => {
    const { directory, path, engine, work, taken } = await scene();
    await killedDatabase(path);
    const { movedAside } = await engine.restore({ force: true }, taken.source, work.ctx);
    expect(rowsOf(path)).toEqual(["saved"]);
    expect(rowsOf(movedAside[0] ?? "")).toEqual(["in the WAL", "old"]);
    expect(basename(movedAside[0] ?? "")).toMatch(/^app\.db\.before-restore-\d{8}T\d{9}Z$/);
    expect((await readdir(directory)).filter((name) => /^app\.db-|\.restoring/.test(name))).toEqual([]);
  });

  it("moves a file that is no database aside as it is, with everything beside it", async () => {
    const { path, engine, work, taken } = await scene();
    for (const suffix of ["", "-wal", "-shm", "-journal"]) await writeFile(path + suffix, `broken${suffix}`);
    const { movedAside } = await engine.restore({ force: true }, taken.source, work.ctx);
    const contents = await Promise.all(movedAside.map((name) => readFile(name, "utf8")));
    expect(contents).toEqual(["broken", "broken-wal", "broken-shm", "broken-journal"]);
    expect(rowsOf(path)).toEqual(["saved"]);
  });

  it("is TARGET_BUSY while another connection has it open in WAL mode, or is in a transaction", async () => {
    for (const journalMode of ["wal", "delete"]) {
      const { path, engine, work, taken } = await scene();
      writeRows(path, journalMode, "old");
      const application = new Database(path);
      application.exec("BEGIN");
      application.prepare("SELECT * FROM t").all();
      if (journalMode === "wal") application.exec("COMMIT");
      await expect(engine.restore({ force: true }, taken.source, work.ctx)).rejects.toMatchObject({
        code: "TARGET_BUSY",
      });
      application.close();
      expect(rowsOf(path)).toEqual(["old"]);
      await engine.restore({ force: true }, taken.source, work.ctx);
      expect(rowsOf(path)).toEqual(["saved"]);
    }
  });

  it("is TARGET_BUSY while an idle process has it open without WAL, which would go on with the old file", async (test) => {
    if (process.platform !== "linux") test.skip("needs Linux, where open files can be looked for");
    const { path, engine, work, taken } = await scene();
    writeRows(path, "delete", "old");
    const application = fork(fileURLToPath(new URL("./support/idle.mjs", import.meta.url)), [path]);
    onTestFinished(() => void application.kill("SIGKILL"));
    await once(application, "message");
    await expect(engine.restore({ force: true }, taken.source, work.ctx)).rejects.toMatchObject({
      code: "TARGET_BUSY",
      hint: `Stop process ${application.pid} first.`,
    });
    expect(rowsOf(path)).toEqual(["old"]);
    application.disconnect();
    await once(application, "exit");
    await engine.restore({ force: true }, taken.source, work.ctx);
    expect(rowsOf(path)).toEqual(["saved"]);
  });

  it("keeps the owner and the mode of the old file", async (test) => {
    if (!isRoot) test.skip("needs root to give a file away");
    const { path, engine, work, taken } = await scene();
    writeRows(path, "wal", "old");
    await chown(path, 1234, 5678);
    await chmod(path, 0o640);
    await engine.restore({ force: true }, taken.source, work.ctx);
    const { uid, gid, mode } = await stat(path);
    expect([uid, gid, mode & 0o777]).toEqual([1234, 5678, 0o640]);
  });

  it("through a link replaces the file and keeps the link", async () => {
    const { directory, path, engine, work, taken } = await scene();
    const real = join(await temporaryDirectory(), "real.db");
    writeRows(real, "wal", "old");
    await symlink(real, path);
    const { target, movedAside } = await engine.restore({ force: true }, taken.source, work.ctx);
    expect(target).toBe(real);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(rowsOf(path)).toEqual(["saved"]);
    expect(rowsOf(movedAside[0] ?? "")).toEqual(["old"]);
    expect(await readdir(directory)).toEqual(["app.db"]);
  });

  it("leaves it as it was when the stream fails", async () => {
    const { directory, path, engine, work, taken } = await scene();
    await killedDatabase(path);
    const lost = new DbsaveError("DECODE_FAILED", "damaged");
    const source = sourceOf(taken.manifest, () => chunks(taken.bytes, lost));
    await expect(engine.restore({ force: true }, source, work.ctx)).rejects.toMatchObject({ code: "DECODE_FAILED" });
    expect(await readdir(directory)).toEqual(["app.db"]);
    expect(rowsOf(path)).toEqual(["in the WAL", "old"]);
  });
});

describe("the plan of a restore", () => {
  it("names every step and changes nothing", async () => {
    const { directory, path, engine, work, taken } = await scene();
    await killedDatabase(path);
    const before = (await readdir(directory)).toSorted();
    const plan = await engine.planRestore({ force: true }, taken.source, work.ctx);
    expect(plan).toMatchObject({ target: path, findings: [] });
    expect(plan.steps.join("\n")).toMatch(/app\.db-wal.* aside, to .*before-restore/);
    expect((await readdir(directory)).toSorted()).toEqual(before);
  });

  it("tells what an earlier restore that did not finish has left", async () => {
    const { directory, engine, work, taken } = await scene();
    const left = [".app.db.0123abcd.restoring", "app.db.before-restore-20260101T000000000Z"];
    for (const name of left) await writeFile(join(directory, name), "");
    const { findings } = await engine.planRestore({ force: false }, taken.source, work.ctx);
    expect(findings.map(({ severity }) => severity)).toEqual(["info", "info"]);
    expect(new Set(findings.map(({ object }) => basename(object)))).toEqual(new Set(left));
  });
});
