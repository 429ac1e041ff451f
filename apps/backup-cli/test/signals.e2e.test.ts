import { spawnSync } from "node:child_process";
import { existsSync, openSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory, entry, type Started, start } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

buildOnce();

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;

describe("a signal in the middle of a backup", () => {
  it.each(signals)("%s ends it within 10 s with %i, and leaves nothing half-done", async (signal, status) => {
    const cwd = emptyDirectory();
    makeDatabase(cwd, "app.db", 300_000);
    const run = start(["backup", "./app.db", "--to", "./b", "--progress", "json"], { cwd });
    await run.says('"phase":"backup"');
    const signalledAt = performance.now();
    run.child.kill(signal);
    expect((await run.ended).status).toBe(status);
    expect(performance.now() - signalledAt).toBeLessThan(10_000);
    expect(filesBelow(join(cwd, "b")).filter((file) => !/^(dbsave\.json|runs\/.*)$/.test(file))).toEqual([]);
    expect(await dbsaveJson(["list", "--from", "./b"], { cwd })).toMatchObject({
      status: 0,
      json: { backups: [], unfinished: [] },
    });
    expect((await dbsave(["backup", "./app.db", "--to", "./b"], { cwd })).status).toBe(0);
  });

  it("is recorded: the log tells the run as failed", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd, "app.db", 300_000);
    const run = start(["backup", "./app.db", "--to", "./b", "--progress", "json"], { cwd });
    await run.says('"phase":"backup"');
    run.child.kill("SIGTERM");
    await run.ended;
    const log = await dbsaveJson(["log", "--from", "./b"], { cwd });
    expect(log).toMatchObject({
      json: {
        runs: [
          { target: "app", command: "dbsave backup", outcome: "failed", message: expect.stringContaining("ABORTED") },
        ],
      },
    });
  });

  it("ends at once when it comes twice", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd, "app.db", 300_000);
    const run = start(["backup", "./app.db", "--to", "./b", "--progress", "json"], { cwd });
    await run.says('"phase":"backup"');
    run.child.kill("SIGTERM");
    await run.says("once more ends at once");
    run.child.kill("SIGINT");
    const { status, signal } = await run.ended;
    expect([143, "SIGINT"]).toContain(status ?? signal);
    expect(await dbsaveJson(["list", "--from", "./b"], { cwd })).toMatchObject({ status: 0, json: { backups: [] } });
  });
});

describe.skipIf(!existsSync("/proc/self/fd"))("a signal while a thread waits inside SQLite (needs /proc)", () => {
  /** A command that waits for the lock of another process, for an hour. */
  async function stuckCommand(): Promise<Started> {
    const cwd = emptyDirectory();
    const path = makeDatabase(cwd);
    const application = new DatabaseSync(path);
    application.exec("pragma journal_mode = delete; begin exclusive");
    onTestFinished(() => application.close());
    const target = "app: { engine: sqlite, path: ./app.db, busy_timeout_ms: 3600000 }";
    writeFileSync(
      join(cwd, "dbsave.yaml"),
      `version: 1\nstorages: { s: { type: fs, path: ./b } }\ntargets: { ${target} }\n`,
    );
    const run = start(["save"], { cwd });
    await expect.poll(() => openFiles(run.child.pid), { timeout: 10_000 }).toContain(path);
    return run;
  }

  it("ends it within 10 s, by that signal", { timeout: 20_000 }, async () => {
    const run = await stuckCommand();
    const signalledAt = performance.now();
    run.child.kill("SIGTERM");
    const { status, signal } = await run.ended;
    expect(status ?? signal).toBe("SIGTERM");
    expect(performance.now() - signalledAt).toBeLessThan(10_000);
  });

  it("ends it at once when it comes twice", async () => {
    const run = await stuckCommand();
    run.child.kill("SIGTERM");
    await run.says("once more ends at once");
    const signalledAt = performance.now();
    run.child.kill("SIGTERM");
    const { status, signal } = await run.ended;
    expect(status ?? signal).toBe("SIGTERM");
    expect(performance.now() - signalledAt).toBeLessThan(2_000);
  });
});

describe("a signal in the middle of a restore", () => {
  it("leaves no file behind", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd, "app.db", 300_000);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const before = readdirSync(cwd).toSorted();
    const run = start(["restore", "latest", "--from", "./b", "--into", "./copy.db", "--progress", "json"], { cwd });
    await run.says('"phase":"restore"');
    run.child.kill("SIGTERM");
    expect((await run.ended).status).toBe(143);
    expect(readdirSync(cwd).toSorted()).toEqual(before);
  });
});

describe("a reader that goes away", () => {
  it("changes neither the work nor its status", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    const run = start(["backup", "./app.db", "--to", "./b"], { cwd });
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect((await run.ended).status).toBe(0);
    expect(await dbsaveJson(["list", "--from", "./b"], { cwd })).toMatchObject({
      json: { backups: [{ target: "app" }] },
    });
  });

  it("is harmless to list | head", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const script = `set -o pipefail; '${process.execPath}' '${entry}' list --from ./b --json | true; echo $?`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });

  it.skipIf(!existsSync("/dev/full"))("is told from a full disk, which is a failure", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [entry, "list", "--from", "./b"], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("ENOSPC") });
  });
});

function openFiles(pid = 0): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).map((name) => {
    try {
      return readlinkSync(join(directory, name));
    } catch {
      return ""; // closed meanwhile
    }
  });
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name).slice(directory.length + 1));
}
