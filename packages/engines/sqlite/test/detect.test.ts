import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { detectSqlite } from "../src/index.ts";
import { temporaryDirectory } from "./support/harness.ts";

/** An application's directory with these databases in it. */
async function application(...names: readonly string[]): Promise<string> {
  const cwd = await temporaryDirectory();
  for (const name of names) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    new Database(join(cwd, name)).exec("CREATE TABLE t(a)").close();
  }
  return cwd;
}

describe("detection", () => {
  it("takes the source it is given, as a path or a URL, and looks at nothing else", async () => {
    const cwd = await application("a.db", "b.db", "with space.db");
    const env = { DATABASE_URL: "sqlite:b.db" };
    for (const source of [
      "a.db",
      "./a.db",
      join(cwd, "a.db"),
      "sqlite:a.db",
      "sqlite://a.db",
      "sqlite:///a.db",
      "file:a.db?mode=ro",
    ])
      expect(await detectSqlite({ source, env, cwd }), source).toBe(join(cwd, "a.db"));
    for (const source of [
      `sqlite://${join(cwd, "a.db")}`,
      `sqlite:///${join(cwd, "a.db")}`,
      `sqlite:${join(cwd, "a.db")}`,
    ])
      expect(await detectSqlite({ source, env, cwd }), source).toBe(join(cwd, "a.db"));
    expect(await detectSqlite({ source: "sqlite:with%20space.db", env, cwd })).toBe(join(cwd, "with space.db"));
  });

  it("reads the environment before the .env file, and both before it looks around", async () => {
    const cwd = await application("env.db", "file.db", "other.db");
    await writeFile(join(cwd, ".env"), '# the app\nOTHER=x\nDATABASE_URL="sqlite:file.db"\n');
    expect(await detectSqlite({ env: { DATABASE_URL: "sqlite:env.db" }, cwd })).toBe(join(cwd, "env.db"));
    expect(await detectSqlite({ env: { APP_STORE: "sqlite:env.db" }, cwd })).toBe(join(cwd, "env.db"));
    expect(await detectSqlite({ env: {}, cwd })).toBe(join(cwd, "file.db"));
  });

  it("finds a Prisma database beside its schema", async () => {
    const cwd = await application("prisma/dev.db");
    expect(await detectSqlite({ env: { DATABASE_URL: "file:./dev.db" }, cwd })).toBe(join(cwd, "prisma/dev.db"));
  });

  it("finds the only database in the usual places, by its contents and not by its name", async () => {
    const cwd = await application("data/app.sqlite3");
    await writeFile(join(cwd, "notes.db"), "not a database");
    await writeFile(join(cwd, "empty.db"), "");
    await mkdir(join(cwd, "folder.db"));
    expect(await detectSqlite({ env: { DATABASE_URL: "postgres://db/app" }, cwd })).toBe(join(cwd, "data/app.sqlite3"));
  });

  it("never guesses among several, and lists them", async () => {
    const cwd = await application("a.db", "data/b.sqlite");
    const error = { code: "SOURCE_AMBIGUOUS", message: expect.stringMatching(/a\.db.*data\/b\.sqlite/) };
    await expect(detectSqlite({ env: {}, cwd })).rejects.toMatchObject(error);
    const env = { ONE: "sqlite:a.db", TWO: "sqlite:data/b.sqlite" };
    await expect(detectSqlite({ env, cwd })).rejects.toMatchObject({ code: "SOURCE_AMBIGUOUS" });
  });

  it("takes two names of one file for one", async () => {
    const cwd = await application("a.db");
    await symlink(join(cwd, "a.db"), join(cwd, "b.db"));
    expect([join(cwd, "a.db"), join(cwd, "b.db")]).toContain(await detectSqlite({ env: {}, cwd }));
  });

  it("says so when there is none, also when a URL names one that is missing, is no file, or lies in memory", async () => {
    const cwd = await application("a.db");
    const code = "SOURCE_NOT_FOUND";
    for (const url of ["sqlite:missing.db", "sqlite:.", "sqlite::memory:", "sqlite:"])
      await expect(detectSqlite({ env: { DATABASE_URL: url }, cwd }), url).rejects.toMatchObject({ code });
    await expect(detectSqlite({ source: "missing.db", env: {}, cwd })).rejects.toMatchObject({ code });
    await expect(detectSqlite({ source: "postgres://db/app", env: {}, cwd })).rejects.toMatchObject({ code });
    await expect(detectSqlite({ env: {}, cwd: await application() })).rejects.toMatchObject({ code });
  });
});
