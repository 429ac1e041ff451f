import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildOnce, dbsave, emptyDirectory, entry } from "./support/built-dbsave.ts";

const oldNode = "/usr/bin/node";
const oldVersion = spawnSync(oldNode, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
const isOld = /^v(1[6-9]|2[0-3])\./.test(oldVersion);

buildOnce();

describe.skipIf(!isOld)(`an old Node.js (needs one at ${oldNode})`, () => {
  it.each([[["--version"]], [["list", "--from", "./b"]], [["backup", "./app.db", "--to", "./b"]]])(
    "is refused before anything is loaded, with what to do: %j",
    (args) => {
      const { status, stdout, stderr } = spawnSync(oldNode, [entry, ...args], {
        cwd: emptyDirectory(),
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain(`Node.js ${oldVersion.slice(1)} is not supported`);
      expect(stderr).toContain("24.11");
    },
  );
});

it("the entry imports nothing before the version is checked", () => {
  expect(readFileSync(entry, "utf8")).not.toMatch(/^import\b|\brequire\(/m);
});

it("--version is the version of the package", async () => {
  const manifest = readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  expect(await dbsave(["--version"], { cwd: emptyDirectory() })).toMatchObject({
    status: 0,
    stdout: `${version}\n`,
    stderr: "",
  });
});
