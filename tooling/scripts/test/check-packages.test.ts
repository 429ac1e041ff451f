import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { anatomyProblems } from "../packages/anatomy.ts";
import { arrowProblems } from "../packages/arrows.ts";
import { readWorkspace } from "../packages/workspace.ts";
import { manifest, type Planted, plantedWorkspace } from "./planted-workspace.ts";

function problemsOf(planted?: Planted): string[] {
  const packages = readWorkspace(plantedWorkspace(planted));
  return [...arrowProblems(packages), ...anatomyProblems(packages)];
}

function runScript(root: string): { readonly status: number | null; readonly stderr: string } {
  const script = fileURLToPath(new URL("../check-packages.ts", import.meta.url));
  return spawnSync(process.execPath, [script, root], { encoding: "utf8" });
}

it("a sound workspace passes", () => {
  expect(problemsOf()).toEqual([]);
  expect(runScript(plantedWorkspace())).toMatchObject({ status: 0, stderr: "" });
});

it("a problem is printed and fails the script", () => {
  const root = plantedWorkspace({ "packages/core/README.md": undefined });
  expect(runScript(root)).toMatchObject({ status: 1, stderr: "packages/core/README.md is missing\n" });
});

it("a root without packages fails the script", () => {
  expect(runScript("/nonexistent").status).toBe(1);
});

describe("each planted violation is named, with its place, and nothing else is", () => {
  const core = "packages/core";
  const sqlite = "packages/engines/sqlite";
  const cases: readonly (readonly [promise: string, planted: Planted, problem: string])[] = [
    [
      "core depends on a package",
      { [`${core}/package.json`]: manifest(core, "@dbsave/core", ["@dbsave/sqlite"]) },
      "packages/core/package.json: core must not depend on engine (@dbsave/sqlite)",
    ],
    [
      "core imports a package it does not declare",
      { [`${core}/src/up.ts`]: '\nexport { x } from "@dbsave/config";\n' },
      "packages/core/src/up.ts:2: core must not depend on config (@dbsave/config)",
    ],
    [
      "an engine imports config lazily",
      { [`${sqlite}/src/save.ts`]: 'export const lazy = () => import("@dbsave/config");\n' },
      "packages/engines/sqlite/src/save.ts:1: engine must not depend on config (@dbsave/config)",
    ],
    [
      "an engine uses the testkit in its sources",
      { [`${sqlite}/src/save.ts`]: 'import { engineConformance } from "@dbsave/testkit";\n' },
      "packages/engines/sqlite/src/save.ts:1: engine must not depend on testkit (@dbsave/testkit)",
    ],
    [
      "a source reaches into another package by path",
      { [`${sqlite}/src/save.ts`]: 'import { x } from "../../../core/src/x.ts";\n' },
      "packages/engines/sqlite/src/save.ts:1: ../../../core/src/x.ts leaves the package: import the other one by its name",
    ],
    [
      "a test reaches into another package by path",
      { [`${sqlite}/test/index.test.ts`]: 'import "../../../core/src/x.ts";\n' },
      "packages/engines/sqlite/test/index.test.ts:1: ../../../core/src/x.ts leaves the package: import the other one by its name",
    ],
    [
      "a package of no known layer",
      { "packages/extras/package.json": manifest("packages/extras", "@dbsave/extras"), ...besides("packages/extras") },
      "packages/extras: no layer is called extras",
    ],
    [
      "a package for another Node.js",
      { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { engines: { node: ">=20" } }) },
      'packages/core/package.json: engines must be {"node":"^24.11.0 || >=26.0.0"}',
    ],
    [
      "sources in the published package",
      { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { files: ["dist", "src"] }) },
      'packages/core/package.json: files must be ["dist"]',
    ],
    [
      "another licence",
      { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { license: "UNLICENSED" }) },
      'packages/core/package.json: license must be "MIT"',
    ],
    [
      "no description",
      { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { description: "" }) },
      "packages/core/package.json: description is missing",
    ],
    ["no README", { [`${core}/README.md`]: undefined }, "packages/core/README.md is missing"],
    [
      "a README that hides its limits",
      { [`${core}/README.md`]: "## Use\n## What it does\n## Options\n## Errors\n" },
      "packages/core/README.md has no heading like ## Limits",
    ],
    ["no test", { [`${core}/test/index.test.ts`]: undefined }, "packages/core/test has no test"],
    [
      "an engine that no conformance suite runs on",
      { [`${sqlite}/test/conformance.test.ts`]: undefined },
      "packages/engines/sqlite/test/conformance.test.ts is missing: it runs the conformance suite",
    ],
    [
      "an engine with a file of another name",
      { [`${sqlite}/src/inspect.ts`]: undefined },
      "packages/engines/sqlite/src/inspect.ts is missing: every engine has it",
    ],
    [
      "a dump of things that fit nowhere",
      { [`${core}/src/lock/utils.ts`]: "export {};\n" },
      'packages/core/src/lock/utils.ts: name the idea, not "things that did not fit"',
    ],
  ];

  it.each(cases)("%s", (_, planted, problem) => {
    expect(problemsOf(planted)).toEqual([problem]);
  });

  it("an entry point beside the package's own", () => {
    const exports = {
      ".": "./dist/index.js",
      "./package.json": "./package.json",
      "./internals": "./dist/internals.js",
    };
    const publishConfig = { access: "restricted", exports };
    const planted = { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { exports, publishConfig }) };
    expect(problemsOf(planted)).toEqual([
      'packages/core/package.json: exports must be "." and "./package.json" and nothing else',
    ]);
  });

  it("sources in the published entry points", () => {
    const publishConfig = { access: "restricted", exports: { ".": "./src/index.ts" } };
    const planted = { [`${core}/package.json`]: manifest(core, "@dbsave/core", [], { publishConfig }) };
    expect(problemsOf(planted)).toEqual([expect.stringContaining("packages/core/package.json: publishConfig must be")]);
  });
});

it("timescaledb may stand on postgres, postgres not on timescaledb", () => {
  const [postgres, timescaledb] = ["packages/engines/postgres", "packages/engines/timescaledb"];
  const problems = problemsOf({
    [`${postgres}/package.json`]: manifest(postgres, "@dbsave/postgres", ["@dbsave/timescaledb"]),
    [`${timescaledb}/package.json`]: manifest(timescaledb, "@dbsave/timescaledb", ["@dbsave/postgres"]),
  });
  expect(problems.filter((problem) => problem.includes("depend"))).toEqual([
    "packages/engines/postgres/package.json: engine must not depend on engine (@dbsave/timescaledb)",
  ]);
});

/** What a package has besides its package.json. */
function besides(folder: string): Planted {
  return {
    [`${folder}/README.md`]: "## Use\n## What it does\n## Options\n## Errors\n## Limits\n",
    [`${folder}/test/index.test.ts`]: "",
  };
}
