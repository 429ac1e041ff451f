import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";
import { makeDatabase } from "./support/databases.ts";

buildOnce();

it.each([
  ["with space.db", "with-space"],
  ["größe 数.db", "größe-数"],
  ['it\'s "quoted".db', "it-s-quoted"],
  ["-dash.db", "dash"],
  ["line\nbreak.db", "line-break"],
  ["colon:name.db", "colon-name"],
  ["100%.db", "100"],
  ["..db", "database"],
])("a file called %j becomes the target %s, which is told", async (name, target) => {
  const cwd = emptyDirectory();
  makeDatabase(cwd, name, 1);
  expect(await dbsaveJson(["backup", `./${name}`, "--to", "./b"], { cwd })).toMatchObject({
    status: 0,
    json: { targets: [{ target }] },
  });
  const { status, stdout } = await dbsave(["verify", "--from", "./b"], { cwd });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`${target} `) });
});

it("a name cannot steer the terminal or forge a line of the log", async () => {
  const cwd = emptyDirectory();
  makeDatabase(cwd, "a\u001b[2Jb\n2026-01-01T00:00:00Z forged.db", 1);
  const { status, stdout, stderr } = await dbsave(["backup", "--to", "./b"], { cwd });
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain("\u001b");
  expect(stderr).toContain("a\\x1b[2Jb\\n2026");
  expect(stderr).not.toMatch(/^2026-01-01/m);
});

it("two databases that would share a target are refused together, and one after the other they are warned about", async () => {
  const cwd = emptyDirectory();
  mkdirSync(join(cwd, "other"));
  const [first, second] = [makeDatabase(cwd, "app.db", 1), makeDatabase(cwd, "other/APP.db", 1)];
  const backup = (...args: readonly string[]) => dbsaveJson(["backup", ...args, "--to", "./b"], { cwd });
  const message = `${first} and ${second} would both be the target "app"`;
  expect(await backup("./app.db", "./other/APP.db")).toMatchObject({ status: 2, json: { code: "USAGE", message } });
  expect(await backup("./app.db")).toMatchObject({ status: 0 });
  const warning = `preflight: ${second}: not the source of the last backup, which was ${first}: two need a target each`;
  expect(await backup("./other/APP.db", "--target", "app")).toMatchObject({
    status: 5,
    json: { targets: [{ target: "app", warnings: [warning] }] },
  });
});
