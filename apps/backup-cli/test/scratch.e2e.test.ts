import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

buildOnce();

/** Only in a directory that is there and named can anything be made: the temporary directory is not there. */
const env = { TMPDIR: "/nonexistent" };

async function configured(scratch: string): Promise<string> {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  mkdirSync(join(cwd, "scratch"));
  expect((await dbsave(["init", "./app.db"], { cwd })).status).toBe(0);
  const config = readFileSync(join(cwd, "dbsave.yaml"), "utf8");
  writeFileSync(join(cwd, "dbsave.yaml"), config.replace("version: 1\n", `version: 1\nscratch: ${scratch}\n`));
  return cwd;
}

it("scratch copies are made where --scratch says, and nothing is left there", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  mkdirSync(join(cwd, "scratch"));
  for (const line of [
    ["backup", "./app.db", "--to", "./b"],
    ["verify", "latest", "--from", "./b"],
    ["restore", "latest", "--from", "./b", "--into", "./copy.db"],
    ["inspect", "./app.db"],
    ["save", "./app.db"],
  ])
    expect(await dbsave([...line, "--scratch", "./scratch"], { cwd, env }), line.join(" ")).toMatchObject({
      status: 0,
    });
  expect(readdirSync(join(cwd, "scratch"))).toEqual([]);
});

it("scratch copies are made where the configuration says, relative to it, and the doctor looks there", async () => {
  const cwd = await configured("./scratch");
  expect(await dbsave(["run"], { cwd, env })).toMatchObject({ status: 0 });
  const { json } = await dbsaveJson(["doctor"], { cwd, env });
  const message = expect.stringContaining(join(cwd, "scratch"));
  expect(json).toMatchObject({ checks: expect.arrayContaining([{ severity: "ok", about: "scratch", message }]) });
});

it("--scratch comes before the configuration", async () => {
  const cwd = await configured("./nowhere");
  expect(await dbsave(["run", "--scratch", "./scratch"], { cwd, env })).toMatchObject({ status: 0 });
});

it("without a usable temporary directory a backup is not judged at all", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd);
  expect((await dbsave(["backup", "./app.db", "--to", "./b"], { cwd })).status).toBe(0);
  const message = expect.stringContaining("scratch: cannot be used: /nonexistent");
  const verified = await dbsaveJson(["verify", "latest", "--from", "./b"], { cwd, env });
  expect(verified).toMatchObject({ status: 2, json: { code: "OPTIONS_INVALID", message } });
  expect(await dbsaveJson(["list", "--from", "./b"], { cwd })).toMatchObject({
    json: { backups: [{ state: "good" }] },
  });
});

it("a scratch place that is not there, or no directory, is an error before anything is done", async () => {
  const cwd = await configured("./nowhere");
  const { status, stderr } = await dbsave(["run"], { cwd });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining(`scratch of the configuration: no such directory: ${join(cwd, "nowhere")}`),
  });
  for (const [place, why] of [
    ["./nowhere", "no such directory"],
    ["./app.db", "not a directory"],
  ] as const)
    expect(await dbsaveJson(["run", "--scratch", place], { cwd })).toMatchObject({
      status: 2,
      json: { code: "OPTIONS_INVALID", message: `--scratch: ${why}: ${join(cwd, place)}` },
    });
  expect(await dbsaveJson(["log"], { cwd })).toMatchObject({ status: 0, json: { runs: [] } });
});
