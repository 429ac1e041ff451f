import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packAll } from "../packages/pack.ts";
import { readWorkspace } from "../packages/workspace.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dbsave-published-"));
const project = join(folder, "project");
const packages = readWorkspace(root).map(({ layer, manifest }) => ({ layer, name: manifest.name }));
const libraries = packages.filter(({ layer }) => layer !== "app");

beforeAll(() => {
  const tarballs = packAll(join(folder, "tarballs"));
  mkdirSync(project);
  const dependencies = Object.fromEntries(tarballs.map((path) => [nameOf(path), `file:${path}`]));
  const devDependencies = { "@types/node": "^24" };
  write("package.json", JSON.stringify({ private: true, type: "module", dependencies, devDependencies }));
  run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error");
});
afterAll(() => rmSync(folder, { recursive: true }));

it("every package is among the tarballs", () => {
  const installed = Object.keys(JSON.parse(run("npm", "ls", "--json", "--depth=0")).dependencies as object);
  expect(installed).toEqual(expect.arrayContaining(packages.map(({ name }) => name)));
});

it.each(libraries)("$name can be imported where only its tarball is", ({ name }) => {
  const script = `const names = Object.keys(await import(${JSON.stringify(name)})); process.stdout.write(names.join(" "));`;
  expect(run(process.execPath, "--input-type=module", "-e", script)).not.toBe("");
});

it.each(libraries)("$name has nothing but its one entry point", ({ name }) => {
  const script = `await import(${JSON.stringify(`${name}/dist/index.js`)}).catch((error) => process.stdout.write(error.code));`;
  expect(run(process.execPath, "--input-type=module", "-e", script)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED");
});

it("a program that uses the libraries type-checks against their declarations", () => {
  const compilerOptions = { module: "nodenext", target: "es2024", strict: true, noEmit: true, types: ["node"] };
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  write("consumer.ts", consumer);
  const tsc = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", "."], { cwd: project, encoding: "utf8" });
  expect(tsc).toMatchObject({ status: 0, stdout: "" });
});

it("the installed dbsave command runs", () => {
  expect(run(join(project, "node_modules", ".bin", "dbsave"), "--version")).toMatch(/\d+\.\d+\.\d+/);
});

/** Imports everything, and does what the first page of a README shows. */
const consumer = `
${libraries.map(({ name }, index) => `import * as library${index} from "${name}";`).join("\n")}
import { backup, isDbsaveError, openRepository, verify, type Engine, type Storage } from "@dbsave/core";

export const all: readonly object[] = [${libraries.map((_, index) => `library${index}`).join(", ")}];
export const calls: readonly Function[] = [backup, openRepository, verify];
export const wrongKey = (error: unknown): boolean => isDbsaveError(error, "KEY_WRONG");
export type Parts = { readonly engine: Engine; readonly storage: Storage };
`;

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: "utf8" });
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

/** `@dbsave/storage-fs` of `…/dbsave-storage-fs-0.1.0.tgz`. */
function nameOf(tarball: string): string {
  return basename(tarball).replace(/^dbsave-(.*)-\d+\.\d+\.\d+\.tgz$/, "@dbsave/$1");
}
