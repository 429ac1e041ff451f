import { captureText, hostTools } from "@dbsave/exec";
import { expect, it } from "vitest";
import { workplace } from "./workplace.ts";

/** The packages that are loaded by `program`, which may use `config` and `options`. */
async function loadedBy(program: string): Promise<readonly string[]> {
  await using here = await workplace();
  await here.file(
    "dbsave.yaml",
    "version: 1\nstorages: { l: { type: fs, path: b } }\ntargets: { app: { engine: sqlite, path: a.db } }\n",
  );
  const index = new URL("../src/index.ts", import.meta.url).href;
  const script = await here.file(
    "program.mjs",
    `import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({ resolve(specifier, context, next) { if (/^(@|[a-z])/.test(specifier) && !specifier.startsWith("node:") && !specifier.startsWith("file:")) loaded.add(specifier); return next(specifier, context); } });
const config = await import(${JSON.stringify(index)});
const options = { cwd: ${JSON.stringify(here.directory)}, env: {}, tools: {}, signal: new AbortController().signal };
${program}
console.log(JSON.stringify([...loaded].sort()));
`,
  );
  const args = ["--conditions=@dbsave/source", script];
  return JSON.parse(
    await captureText(hostTools({ env: process.env }), process.execPath, args, {
      signal: new AbortController().signal,
    }),
  );
}

it("importing the package loads no other package", async () => {
  expect(await loadedBy("")).toEqual([]);
});

it("loading a configuration loads the parsers, and no engine, codec, storage or program runner", async () => {
  const loaded = await loadedBy("await config.loadConfig(options);");
  expect(loaded).toEqual(expect.arrayContaining(["yaml", "zod"]));
  const heavy = [
    "@dbsave/sqlite",
    "@dbsave/postgres",
    "@dbsave/timescaledb",
    "pg",
    "@dbsave/codecs",
    "@dbsave/storage-fs",
    "@dbsave/exec",
    "better-sqlite3",
    "execa",
  ];
  expect(loaded.filter((name) => heavy.includes(name))).toEqual([]);
});

it("opening a target loads its engine", async () => {
  expect(await loadedBy("const c = await config.loadConfig(options); await c.targets[0].open();")).toEqual(
    expect.arrayContaining(["@dbsave/sqlite", "@dbsave/codecs", "@dbsave/storage-fs"]),
  );
});
