import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

buildOnce();

/** The directory of an application with these databases. */
function application(...names: readonly string[]): string {
  const cwd = emptyDirectory();
  mkdirSync(join(cwd, "data"));
  for (const name of names) makeDatabase(cwd, name);
  return cwd;
}

const backup = ["backup", "--to", "./b"];
const taken = (target: string) => ({ status: 0, json: { targets: [{ target, exit: 0 }] } });

describe("a database that nobody names", () => {
  it("is the one of DATABASE_URL, before that of .env", async () => {
    const cwd = application("one.db", "two.db", "three.db");
    writeFileSync(join(cwd, ".env"), 'PORT=80\nDATABASE_URL="sqlite:./two.db"\n');
    const env = { DATABASE_URL: "sqlite:one.db" };
    expect(await dbsaveJson(backup, { cwd, env })).toMatchObject(taken("one"));
    expect(await dbsaveJson(backup, { cwd })).toMatchObject(taken("two"));
  });

  it("is told on standard error, with how it was found", async () => {
    const cwd = application("data/shop.sqlite3");
    const found = `found ${join(cwd, "data/shop.sqlite3")}: `;
    const alone = await dbsave(backup, { cwd });
    expect(alone).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`${found}the only database file here\n`),
    });
    const env = { DATABASE_URL: "sqlite:data/shop.sqlite3" };
    const named = await dbsave(["save"], { cwd, env });
    const stderr = expect.stringContaining(`${found}DATABASE_URL in the environment\n`);
    expect(named).toMatchObject({ status: 0, stderr });
  });

  it("is what save, inspect, doctor and init work on, too", async () => {
    const cwd = application("shop.db");
    expect(await dbsaveJson(["save"], { cwd })).toMatchObject({ status: 0, json: { targets: [{ target: "shop" }] } });
    expect(await dbsaveJson(["inspect"], { cwd })).toMatchObject({ status: 0, json: { target: "shop" } });
    expect((await dbsave(["doctor", "--to", "./b"], { cwd })).status).toBe(0);
    expect(await dbsaveJson(["init"], { cwd })).toMatchObject({ status: 0, json: { written: true } });
    expect(readFileSync(join(cwd, "dbsave.yaml"), "utf8")).toContain("path: ./shop.db\n");
  });

  it("is not guessed among several: they are listed, and --source names one", async () => {
    const cwd = application("one.db", "data/two.db");
    for (const line of [backup, ["save"], ["inspect"], ["init"]]) {
      const { status, stderr } = await dbsave(line, { cwd });
      expect({ status, stderr }, line.join(" ")).toEqual({
        status: 2,
        stderr: expect.stringMatching(/one\.db.*\n {2}Name one: --source .*\n$/),
      });
      expect(stderr).toContain(join(cwd, "data/two.db"));
    }
    expect(await dbsaveJson(backup, { cwd })).toMatchObject({ status: 2, json: { code: "SOURCE_AMBIGUOUS" } });
    expect(await dbsaveJson([...backup, "--source", "data/two.db"], { cwd })).toMatchObject(taken("two"));
    expect(await dbsaveJson([...backup, "--source", "sqlite:one.db"], { cwd })).toMatchObject(taken("one"));
    for (const line of ["save", "inspect", "init"])
      expect((await dbsave([line, "--source", "./one.db"], { cwd })).status, line).toBe(0);
  });

  it("is asked for when there is none, also when DATABASE_URL names one that is not there", async () => {
    const cwd = application();
    const error = { code: "SOURCE_NOT_FOUND", hint: expect.stringContaining("--source ./app.db") };
    for (const line of [backup, ["save"], ["inspect"], ["init"]])
      expect(await dbsaveJson(line, { cwd }), line.join(" ")).toMatchObject({ status: 1, json: error });
    const message = `sqlite: no database found: DATABASE_URL in the environment: ${join(cwd, "gone.db")}`;
    const env = { DATABASE_URL: "sqlite:gone.db" };
    expect(await dbsaveJson(backup, { cwd, env })).toMatchObject({ status: 1, json: { ...error, message } });
  });

  it("is never looked for where a configuration names databases", async () => {
    const cwd = application("one.db");
    await dbsave(["init", "./one.db", "--target", "first"], { cwd });
    makeDatabase(cwd, "two.db");
    expect(await dbsaveJson(["save"], { cwd })).toMatchObject({ json: { targets: [{ target: "first" }] } });
    expect(await dbsaveJson(["inspect"], { cwd })).toMatchObject({ json: { target: "first" } });
    expect(await dbsaveJson(backup, { cwd })).toMatchObject({ status: 2, json: { code: "USAGE" } });
  });
});

it("names in two ways are refused", async () => {
  const cwd = application("one.db", "two.db");
  for (const line of [backup, ["save"], ["inspect"]])
    expect(await dbsaveJson([...line, "./one.db", "--source", "./two.db"], { cwd }), line.join(" ")).toMatchObject({
      status: 2,
      json: { code: "USAGE", message: expect.stringContaining("two ways") },
    });
});
