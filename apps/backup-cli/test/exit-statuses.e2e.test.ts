import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory, start } from "./support/built-dbsave.ts";
import { isInstalled, makeDatabase, stock } from "./support/databases.ts";

buildOnce();

describe("2, usage", () => {
  it("names the command that was meant", async () => {
    const cwd = emptyDirectory();
    expect(await dbsave(["bakcup", "./app.db"], { cwd })).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("Did you mean backup?"),
    });
  });

  it("names the option that was meant", async () => {
    const cwd = emptyDirectory();
    const { status, stderr } = await dbsave(["verify", "--fron", "./b", "--levle", "hashes"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain("Did you mean --from and --level?");
  });

  it("refuses options of other commands, unknown values and options given twice", async () => {
    const cwd = emptyDirectory();
    for (const line of [
      ["list", "--level", "hashes"],
      ["verify", "--level", "everything"],
      ["list", "--from", "a", "--from", "b"],
      ["list", "more", "words"],
    ]) {
      expect(await dbsaveJson(line, { cwd })).toMatchObject({ status: 2, json: { type: "error", code: "USAGE" } });
    }
  });

  it("shows the way in when nothing is asked, and ends with 0 when the help is asked for", async () => {
    const cwd = emptyDirectory();
    const short = await dbsave([], { cwd });
    expect(short).toMatchObject({
      status: 2,
      stdout: expect.stringContaining("dbsave backup ./app.db --to ./backups"),
    });
    expect(short.stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect((await dbsave(["help", "restore"], { cwd })).stdout).toBe(
      (await dbsave(["restore", "--help"], { cwd })).stdout,
    );
    expect(await dbsave(["--help"], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("dbsave backup"),
    });
    expect(await dbsave(["restore", "--help"], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("--into"),
    });
  });

  it("says which word or value is missing", async () => {
    const cwd = emptyDirectory();
    for (const [line, message] of [
      [["pin"], "pin: <backup> is missing"],
      [["export"], "export: --to is missing"],
      [["list", "--from"], "list: --from needs a value; one that begins with a dash is joined by ="],
    ] as const)
      expect(await dbsaveJson(line, { cwd })).toMatchObject({ status: 2, json: { code: "USAGE", message } });
  });

  it("refuses a passphrase that is not a reference, without repeating it", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    const { status, stdout, stderr } = await dbsave(
      ["backup", "./app.db", "--to", "./b", "--passphrase", "correct horse"],
      { cwd },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("env:NAME");
    expect(stdout + stderr).not.toContain("correct horse");
  });

  it("says what is missing where no repository and no configuration is named", async () => {
    const cwd = emptyDirectory();
    expect(await dbsave(["list"], { cwd })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--from ./backups"),
    });
    expect(await dbsave(["backup"], { cwd })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--to ./backups"),
    });
    expect(await dbsave(["backup", "./app.db"], { cwd })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--to ./backups"),
    });
  });

  it("lists the targets when a repository holds several and none is named", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd, "orders.db");
    makeDatabase(cwd, "users.db");
    expect((await dbsave(["backup", "./orders.db", "./users.db", "--to", "./b"], { cwd })).status).toBe(0);
    const ambiguous = await dbsave(["verify", "latest", "--from", "./b"], { cwd });
    expect(ambiguous).toMatchObject({ status: 2, stderr: expect.stringContaining("orders, users") });
    expect((await dbsave(["verify", "latest", "--from", "./b", "--target", "users"], { cwd })).status).toBe(0);
    const misspelt = await dbsave(["verify", "latest", "--from", "./b", "--target", "user"], { cwd });
    expect(misspelt).toMatchObject({ status: 2, stderr: expect.stringContaining("Did you mean --target users?") });
  });

  it("refuses to restore over something that is there, or into nowhere, naming each thing once", async () => {
    const cwd = emptyDirectory();
    const source = makeDatabase(cwd);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    const restored = await dbsaveJson(["restore", "latest", "--from", "./b", "--into", "./app.db"], { cwd });
    const error = { type: "error", code: "TARGET_NOT_EMPTY", message: `sqlite: ${source}: there is a database` };
    expect(restored).toMatchObject({ status: 2, json: error });
    const nowhere = join(cwd, "nowhere");
    const lost = await dbsaveJson(["restore", "latest", "--from", "./b", "--into", join(nowhere, "copy.db")], { cwd });
    expect(lost).toMatchObject({ status: 2, json: { message: `sqlite: ${nowhere}: no such directory` } });
    const planned = await dbsave(["restore", "--from", "./b", "--into", "./app.db", "--dry-run"], { cwd });
    expect(planned).toMatchObject({
      status: 2,
      stdout: expect.stringContaining(`error ${source}: there is a database\n`),
    });
  });
});

describe("1, failed", () => {
  it("is a source that is not there or is no database", async () => {
    const cwd = emptyDirectory();
    expect(await dbsaveJson(["backup", "./no.db", "--to", "./b"], { cwd })).toMatchObject({
      status: 1,
      json: { code: "SOURCE_NOT_FOUND" },
    });
    writeFileSync(join(cwd, "text.db"), "this is no database, however long it may be. ".repeat(100));
    expect(await dbsaveJson(["backup", "./text.db", "--to", "./b"], { cwd })).toMatchObject({
      status: 1,
      json: { code: "SOURCE_INVALID" },
    });
  });

  it("is a backup that is not there", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    expect(await dbsaveJson(["show", "20200101T000000Z", "--from", "./b"], { cwd })).toMatchObject({
      status: 1,
      json: { code: "BACKUP_NOT_FOUND" },
    });
  });
});

it("3: some targets failed and others did not", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "orders.db");
  const backup = await dbsaveJson(["backup", "./orders.db", "./no.db", "--to", "./b"], { cwd });
  expect(backup).toMatchObject({
    status: 3,
    json: {
      targets: [
        { target: "orders", exit: 0 },
        { target: "no", exit: 1, error: { code: "SOURCE_NOT_FOUND" } },
      ],
    },
  });
});

it("10: there is no repository", async () => {
  const cwd = emptyDirectory();
  mkdirSync(join(cwd, "empty"));
  for (const from of ["./nowhere", "./empty"]) {
    expect(await dbsaveJson(["list", "--from", from], { cwd })).toMatchObject({
      status: 10,
      json: { code: "REPOSITORY_NOT_FOUND" },
    });
  }
});

it("11: another run works on the target", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "app.db", 300_000);
  const first = start(["backup", "./app.db", "--to", "./b", "--progress", "json"], { cwd });
  await first.says('"phase":"save"');
  first.child.kill("SIGSTOP");
  expect(await dbsaveJson(["backup", "./app.db", "--to", "./b"], { cwd })).toMatchObject({
    status: 11,
    json: { code: "LOCKED" },
  });
  first.child.kill("SIGCONT");
  expect((await first.ended).status).toBe(0);
});

describe.skipIf(!isInstalled("age-keygen"))("12, wrong key", () => {
  it("is what verify and restore end with, without a key and with another one", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    for (const name of ["key.txt", "other.txt"]) stock("age-keygen", ["-o", name], { cwd });
    const recipient = stock("age-keygen", ["-y", "key.txt"], { cwd }).trim();
    await dbsave(["backup", "./app.db", "--to", "./b", "--recipient", recipient], { cwd });
    for (const keys of [[], ["--identity", "other.txt"]]) {
      expect(await dbsaveJson(["verify", "latest", "--from", "./b", ...keys], { cwd })).toMatchObject({
        status: 12,
        json: { code: "KEY_WRONG" },
      });
      expect(
        await dbsaveJson(["restore", "latest", "--from", "./b", "--into", "./copy.db", ...keys], { cwd }),
      ).toMatchObject({ status: 12, json: { code: "KEY_WRONG" } });
    }
    const listed = await dbsaveJson(["list", "--from", "./b"], { cwd });
    expect(listed).toMatchObject({ json: { backups: [{ state: "good", provenAt: null }] } });
  });
});

describe("a passphrase", () => {
  it("encrypts and decrypts from the environment; another one is 12", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    const env = { PASSPHRASE: "correct horse", OTHER: "battery staple" };
    const keyed = ["--passphrase", "env:PASSPHRASE"];
    expect((await dbsave(["backup", "./app.db", "--to", "./b", ...keyed], { cwd, env })).status).toBe(0);
    expect((await dbsave(["verify", "latest", "--from", "./b", ...keyed], { cwd, env })).status).toBe(0);
    const other = await dbsaveJson(["verify", "latest", "--from", "./b", "--passphrase", "env:OTHER"], { cwd, env });
    expect(other).toMatchObject({ status: 12, json: { code: "KEY_WRONG" } });
    const unset = await dbsaveJson(["verify", "latest", "--from", "./b", "--passphrase", "env:UNSET"], { cwd, env });
    expect(unset).toMatchObject({ status: 2, json: { code: "SECRET_UNAVAILABLE" } });
  });
});

describe("4 and 1, status", () => {
  it("tells a target that is not proven from one that has no recent backup, and healthcheck says 1 for both", async () => {
    const cwd = emptyDirectory();
    makeDatabase(cwd);
    await dbsave(["backup", "./app.db", "--to", "./b"], { cwd });
    expect(await dbsaveJson(["status", "--from", "./b"], { cwd })).toMatchObject({
      status: 4,
      json: { targets: [{ target: "app", verdict: "unproven" }] },
    });
    expect((await dbsave(["healthcheck", "--from", "./b"], { cwd })).status).toBe(1);
    await dbsave(["verify", "latest", "--from", "./b"], { cwd });
    expect((await dbsave(["status", "--from", "./b"], { cwd })).status).toBe(0);
    expect(await dbsave(["healthcheck", "--from", "./b"], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^healthy: app .*\n$/),
    });
  });
});
