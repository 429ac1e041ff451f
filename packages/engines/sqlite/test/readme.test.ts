import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { temporaryDirectory } from "./support/harness.ts";

it("the README's program finds the database, backs it up and proves the backup", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const program = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const source = program
    .replace('"@dbsave/sqlite"', JSON.stringify(new URL("../src/index.ts", import.meta.url)))
    .replace('{ fsStorage } from "@dbsave/storage-fs"', '{ memoryStorage as fsStorage } from "@dbsave/core"')
    .replaceAll('"@dbsave/core"', JSON.stringify(import.meta.resolve("@dbsave/core")));
  const directory = await temporaryDirectory();
  new Database(join(directory, "app.db")).exec("CREATE TABLE t(a); INSERT INTO t VALUES (1)").close();
  await writeFile(join(directory, "program.mts"), source);
  const args = ["--conditions=@dbsave/source", "program.mts"];
  const env = { PATH: process.env["PATH"] };
  expect(execFileSync(process.execPath, args, { cwd: directory, env, encoding: "utf8" })).toBe("passed\n");
});
