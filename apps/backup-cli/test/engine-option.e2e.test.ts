import { readFileSync } from "node:fs";
import { join } from "node:path";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";

buildOnce();

it("a database with TimescaleDB in a container is backed up when --engine says so, and the refusal tells how", {
  timeout: startTimeoutMs,
}, async (test) => {
  const { container, password, database } = await ownDatabase(test);
  await using metrics = database;
  await metrics.sql("create extension timescaledb; create table m (at timestamptz not null)");
  await metrics.sql("select create_hypertable('m', 'at'); insert into m values (now())");
  const at = { cwd: emptyDirectory(), env: { PATH: process.env["PATH"] ?? "", PGPASSWORD: password } };
  const source = `docker:${container}/${metrics.name}`;

  const refused = await dbsave(["backup", source, "--to", "./b"], at);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("--engine timescaledb") });
  const engine = ["--engine", "timescaledb"];
  expect(await dbsave(["backup", source, ...engine, "--to", "./b"], at)).toMatchObject({ status: 0 });
  expect(await dbsaveJson(["inspect", source, ...engine], at)).toMatchObject({
    status: 0,
    json: { engine: "timescaledb", details: { hypertables: 1 } },
  });

  expect(await dbsave(["init", source, ...engine], at)).toMatchObject({ status: 0 });
  expect(readFileSync(join(at.cwd, "dbsave.yaml"), "utf8")).toContain("engine: timescaledb\n");
  expect(await dbsave(["save"], at)).toMatchObject({ status: 0 });
  for (const words of [["save"], ["backup", metrics.name], ["doctor"]]) {
    const { stdout, stderr } = await dbsave([...words, ...engine], at);
    expect(stdout + stderr).toContain("--engine is for databases that the configuration does not describe");
  }
});

async function ownDatabase(test: Parameters<typeof server>[1]) {
  const shared = await server("postgres-17-timescale", test);
  const { container, password } = shared;
  if (container === undefined) return test.skip("needs postgres-17-timescale in docker");
  return { container: container.name, password, database: await shared.database() };
}
