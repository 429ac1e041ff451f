import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Files by path; `undefined` takes one away that the sound workspace has. */
export type Planted = Readonly<Record<string, string | undefined>>;

const readme = ["# x", "## Use", "## What it does to your data", "## Options", "## Errors", "## Limits"].join("\n\n");
const engineFiles = ["index", "engine", "options", "connect", "save", "backup", "restore", "inspect", "fingerprint"];

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

/** A small workspace in which everything is as it should be, and then what a test plants. Removed after the last test. */
export function plantedWorkspace(planted: Planted = {}): string {
  const root = mkdtempSync(join(tmpdir(), "dbsave-planted-"));
  roots.push(root);
  const files: Record<string, string | undefined> = {
    ...sound("packages/core", "@dbsave/core"),
    ...sound("packages/testkit", "@dbsave/testkit", ["@dbsave/core"]),
    ...sound("packages/config", "@dbsave/config", ["@dbsave/core", "@dbsave/sqlite"]),
    ...sound("packages/engines/sqlite", "@dbsave/sqlite", ["@dbsave/core"]),
    ...Object.fromEntries(engineFiles.map((name) => [`packages/engines/sqlite/src/${name}.ts`, "export {};\n"])),
    "packages/engines/sqlite/test/conformance.test.ts": "export {};\n",
    ...sound("apps/cli", "@dbsave/cli", ["@dbsave/config"]),
    ...planted,
  };
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The package.json of a sound package, with `changes`. */
export function manifest(
  folder: string,
  name: string,
  dependencies: readonly string[] = [],
  changes: object = {},
): string {
  const published = { types: "./dist/index.d.ts", default: "./dist/index.js" };
  const library = {
    exports: { ".": { "@dbsave/source": "./src/index.ts", ...published }, "./package.json": "./package.json" },
    publishConfig: { access: "restricted", exports: { ".": published, "./package.json": "./package.json" } },
  };
  return JSON.stringify({
    name,
    description: "planted",
    license: "MIT",
    type: "module",
    engines: { node: "^24.11.0 || >=26.0.0" },
    files: ["dist"],
    repository: { type: "git", url: "git+https://example.invalid/dbsave.git", directory: folder },
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "workspace:^"])),
    ...(folder.startsWith("apps/") ? { publishConfig: { access: "restricted" } } : library),
    ...changes,
  });
}

function sound(folder: string, name: string, dependencies: readonly string[] = []): Planted {
  return {
    [`${folder}/package.json`]: manifest(folder, name, dependencies),
    [`${folder}/README.md`]: readme,
    [`${folder}/src/index.ts`]: dependencies.map((dependency) => `import "${dependency}";\n`).join(""),
    [`${folder}/test/index.test.ts`]: "export {};\n",
  };
}
