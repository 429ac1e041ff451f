import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";

it("the README's program backs a hypertable up and proves the backup", { timeout: startTimeoutMs }, async (test) => {
  const shared = await server("postgres-17-timescale", test);
  if (shared.container === undefined) return test.skip("needs postgres-17-timescale in docker");
  await using database = await shared.database();
  await database.sql("CREATE EXTENSION timescaledb; CREATE TABLE m (t timestamptz NOT NULL, v int)");
  await database.sql(
    "SELECT create_hypertable('m', 't'); INSERT INTO m VALUES (now(), 1), (now() - interval '1 year', 2)",
  );
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const program = (/```ts\n(.*?)```/s.exec(readme)?.[1] ?? "")
    .replace('name: "timescale"', `name: "${shared.container.name}"`)
    .replace('"@dbsave/timescaledb"', JSON.stringify(new URL("../src/index.ts", import.meta.url)))
    .replace('{ fsStorage } from "@dbsave/storage-fs"', '{ memoryStorage as fsStorage } from "@dbsave/core"')
    .replaceAll(/"(@dbsave\/(?:core|exec))"/g, (_, name: string) => JSON.stringify(import.meta.resolve(name)));

  const directory = await mkdtemp(join(tmpdir(), "dbsave-readme-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "program.mts"), program);
  const { host, port } = await shared.address();
  const { user, password } = shared;
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database.name}`;
  const env = { PATH: process.env["PATH"], DATABASE_URL: url };
  const args = ["--conditions=@dbsave/source", "program.mts"];
  expect(execFileSync(process.execPath, args, { cwd: directory, env, encoding: "utf8" })).toBe("passed\n");
});
