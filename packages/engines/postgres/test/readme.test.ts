import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";

it("the README's program backs a database up and proves the backup", { timeout: startTimeoutMs }, async (test) => {
  const shared = await server("postgres-15", test);
  if (!existsSync("/usr/lib/postgresql/15/bin/initdb")) test.skip("needs PostgreSQL 15 on this machine");
  await using database = await shared.database();
  await database.sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const program = (/```ts\n(.*?)```/s.exec(readme)?.[1] ?? "")
    .replace('"@dbsave/postgres"', JSON.stringify(new URL("../src/index.ts", import.meta.url)))
    .replace('{ fsStorage } from "@dbsave/storage-fs"', '{ memoryStorage as fsStorage } from "@dbsave/core"')
    .replaceAll(/"(@dbsave\/(?:core|exec))"/g, (_, name: string) => JSON.stringify(import.meta.resolve(name)));

  const directory = await mkdtemp(join(tmpdir(), "dbsave-readme-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "program.mts"), program);
  const env = { PATH: process.env["PATH"], DATABASE_URL: database.url };
  const args = ["--conditions=@dbsave/source", "program.mts"];
  expect(execFileSync(process.execPath, args, { cwd: directory, env, encoding: "utf8" })).toBe("passed\n");
});
