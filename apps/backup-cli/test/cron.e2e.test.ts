import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

buildOnce();

/** A directory with a configuration of one target, as `init` writes it. */
async function configured(): Promise<string> {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  const made = await dbsaveJson(["init", "./app.db"], { cwd });
  expect(made).toMatchObject({ status: 0, json: { written: true, repositories: [{ made: true }] } });
  return cwd;
}

describe("init", () => {
  it("writes a configuration that doctor finds nothing wrong with", async () => {
    const cwd = await configured();
    const { status, stdout } = await dbsave(["doctor"], { cwd });
    expect(stdout).toContain("Everything is as it should be.");
    expect(status).toBe(0);
  });

  it("never writes over a configuration, and makes the repositories that are missing", async () => {
    const cwd = await configured();
    const before = readFileSync(join(cwd, "dbsave.yaml"), "utf8").replace("./backups", "./elsewhere");
    writeFileSync(join(cwd, "dbsave.yaml"), before);
    expect(await dbsaveJson(["run"], { cwd })).toMatchObject({ status: 10 });
    const again = await dbsaveJson(["init"], { cwd });
    expect(again).toMatchObject({
      status: 0,
      json: { written: false, repositories: [{ place: join(cwd, "elsewhere"), made: true }] },
    });
    expect(readFileSync(join(cwd, "dbsave.yaml"), "utf8")).toBe(before);
    expect((await dbsave(["run"], { cwd })).status).toBe(0);
  });
});

describe("run, under cron", () => {
  it("says nothing at all while all is well, and has backed up and proven everything", async () => {
    const cwd = await configured();
    expect(await dbsave(["run"], { cwd })).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect((await dbsave(["status"], { cwd })).status).toBe(0);
    expect(await dbsaveJson(["log"], { cwd })).toMatchObject({
      json: { runs: [{ target: "app", command: "dbsave run", outcome: "ok" }] },
    });
  });

  it("tells what failed, and goes on with the others", async () => {
    const cwd = await configured();
    const config = readFileSync(join(cwd, "dbsave.yaml"), "utf8");
    writeFileSync(join(cwd, "dbsave.yaml"), `${config}  gone:\n    engine: sqlite\n    path: ./gone.db\n`);
    const { status, stdout, stderr } = await dbsave(["run"], { cwd });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ gone probe failed .*SOURCE_NOT_FOUND.*\n$/);
    expect(stdout).toContain("FAILED SOURCE_NOT_FOUND");
    expect(await dbsaveJson(["status"], { cwd })).toMatchObject({
      status: 1,
      json: { targets: [{ verdict: "ok" }, { target: "gone", verdict: "stale" }] },
    });
  });

  it("tells what could not even be opened like any other failure, in its place", async () => {
    const cwd = await configured();
    const config = readFileSync(join(cwd, "dbsave.yaml"), "utf8");
    const secret = "  secret:\n    engine: sqlite\n    path: ./app.db\n    encrypt: { passphrase: env:NOT_SET }\n";
    writeFileSync(join(cwd, "dbsave.yaml"), config.replace("targets:\n", `targets:\n${secret}`));
    const { status, stdout, stderr } = await dbsave(["run"], { cwd });
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ secret open failed SECRET_UNAVAILABLE: .*env:NOT_SET.*\n$/,
    );
    expect(stdout).toMatch(/^TARGET .*\nsecret +FAILED SECRET_UNAVAILABLE.*\napp +ok /);
  });

  it("tells every phase when it is asked to, as text or as JSON", async () => {
    const cwd = await configured();
    const text = await dbsave(["run", "-v"], { cwd });
    expect(text.stderr).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ app backup ok \d+\.\d s \d{8}T\d{6}Z-\d{6}-[0-9a-f]{8}: [\d.]+ KiB, [\d.]+ KiB stored$/m,
    );
    const json = await dbsave(["run", "-v", "--log-format", "json"], { cwd });
    const lines = json.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "info", type: "phase", target: "app", phase: "verify", state: "ok" }),
    );
  });

  it("works without any environment", async () => {
    const cwd = await configured();
    const bare = { PATH: "/nonexistent", HOME: "" };
    expect(await dbsave(["run", "--config", join(cwd, "dbsave.yaml")], { cwd: "/", env: bare })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });
});

describe("a configuration", () => {
  it("with a mistake starts nothing: exit 2, file, line and what was meant", async () => {
    const cwd = await configured();
    const config = readFileSync(join(cwd, "dbsave.yaml"), "utf8");
    writeFileSync(join(cwd, "dbsave.yaml"), config.replace("  verify:", "  verfy:"));
    const { status, stderr } = await dbsave(["run"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/dbsave\.yaml:\d+: defaults\.verfy: .*did you mean "verify"/);
  });

  it("is not read where the command line names a repository by its path", async () => {
    const cwd = await configured();
    await dbsave(["run"], { cwd });
    writeFileSync(join(cwd, "dbsave.yaml"), "neither: [this nor that");
    expect((await dbsave(["list", "--from", "./backups"], { cwd })).status).toBe(0);
    expect((await dbsave(["list"], { cwd })).status).toBe(2);
  });
});
