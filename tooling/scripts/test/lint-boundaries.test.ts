import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { plantedWorkspace } from "./planted-workspace.ts";

const config = fileURLToPath(new URL("../../../.oxlintrc.json", import.meta.url));
const oxlint = fileURLToPath(new URL("../../../node_modules/.bin/oxlint", import.meta.url));

const properties = "eslint(no-restricted-properties)";
const imports = "eslint(no-restricted-imports)";
const spawns = 'import { spawn } from "node:child_process";\nspawn("x");\n';

/** What a file does, its text, and the rule that must name it. Without a rule it is sound. */
type Case = readonly [does: string, text: string, rule?: string];

const inPackage: readonly Case[] = [
  ["prints", 'export const f = (): void => console.log("x");', "eslint(no-console)"],
  ["writes to stdout", 'process.stdout.write("x");', properties],
  ["ends the process", "process.exit(1);", properties],
  ["sets the exit status", "process.exitCode = 1;", properties],
  ["reads the environment", "export const home = process.env.HOME;", properties],
  ["reads the environment by destructuring", "export const { env } = process;", properties],
  ["reads the command line", "export const args: string[] = process.argv;", properties],
  ["goes round by globalThis", "globalThis.process.exit(1);", properties],
  ["goes round by node:process", 'import { env } from "node:process";\nexport { env };', imports],
  ["starts a process", spawns, imports],
  ["starts a process lazily", 'await import("node:child_process");', imports],
  ["uses execa", 'import { execa } from "execa";\nexport { execa };', imports],
  ["enters another package by a side door", 'import "@dbsave/core/src/x.ts";', imports],
  ["has a default export", "export default 1;", "import(no-default-export)"],
  ["lets a promise float", "const f = async (): Promise<void> => {};\nf();", "typescript(no-floating-promises)"],
  ["throws something that is no error", 'throw "x";', "typescript(only-throw-error)"],
  ["uses any", "export const f = (x: any): void => x();", "typescript(no-explicit-any)"],
  [
    "leaves a result to guesswork",
    "export function f() {\n  return 1;\n}",
    "typescript(explicit-module-boundary-types)",
  ],
  ["is longer than 400 lines", `export const x = 1;\n${"// why\n".repeat(401)}`, "eslint(max-lines)"],
  [
    "imports itself",
    'import { b } from "./file-19.ts";\nexport const a: number = b;\nexport { a as b };',
    "import(no-cycle)",
  ],
  ["is sound", "export const half = (x: number): number => x / 2;\n"],
];
const inExec: readonly Case[] = [["starts a process", spawns]];
const inApp: readonly Case[] = [
  ["prints, reads its environment and exits", "console.log(process.argv, process.env);\nprocess.exit(1);\n"],
  ["starts a process", spawns, imports],
];

const all = [
  ...placed("packages/core/src", inPackage),
  ...placed("packages/exec/src", inExec),
  ...placed("apps/cli/src", inApp),
];
const found = lint(Object.fromEntries(all.map(({ file, text }) => [file, text])));

it.each(all.filter((each) => each.rule !== undefined))("$folder: a file that $does is refused", ({ file, rule }) => {
  expect(rulesBrokenIn(file)).toContain(rule);
});

it.each(all.filter((each) => each.rule === undefined))("$folder: a file that $does is accepted", ({ file }) => {
  expect(rulesBrokenIn(file)).toEqual([]);
});

function placed(folder: string, cases: readonly Case[]) {
  return cases.map(([does, text, rule], index) => ({ folder, file: `${folder}/file-${index}.ts`, does, text, rule }));
}

function rulesBrokenIn(file: string): string[] {
  return found.filter(({ filename }) => filename === file).map(({ code }) => code);
}

/** The errors that the workspace's own lint configuration finds in `files`. */
function lint(files: Readonly<Record<string, string>>): readonly { code: string; filename: string }[] {
  const compilerOptions = { module: "nodenext", target: "es2024", strict: true, noEmit: true, types: [] };
  const root = plantedWorkspace({ ...files, "tsconfig.json": JSON.stringify({ compilerOptions }) });
  copyFileSync(config, join(root, ".oxlintrc.json"));
  const { stdout } = spawnSync(oxlint, ["--type-aware", "--format=json"], { cwd: root, encoding: "utf8" });
  const report = JSON.parse(stdout) as { diagnostics: { code: string; filename: string; severity: string }[] };
  return report.diagnostics.filter((each) => each.severity === "error");
}
