import { compareFingerprints } from "@dbsave/core";
import { postgres } from "@dbsave/postgres";
import { describe, expect, it } from "vitest";
import { timescaledb } from "../src/index.ts";
import { sampleSql } from "./support/sample-database.ts";
import { type Setup, setups, type TimescaleServer, timescaleServer } from "./support/server.ts";
import { runStock, type Taken, take } from "./support/taken.ts";

describe.each(setups)("on PostgreSQL %s", { timeout: 180_000 }, (setup) => {
  it("the fingerprint sees what pg_restore does without timescaledb_pre_restore(), whatever its exit status", async (test) => {
    const { server, database, artifacts, fingerprint } = await taken(test, setup);
    const into = `${database}_plain`;
    await server.sql(`CREATE DATABASE ${into} TEMPLATE template0`);
    for (const section of ["pre-data", "data", "post-data"]) {
      const command = `pg_restore --section=${section} -d ${into} || true`;
      await runStock(server, command, artifacts.get(`${database}.dump`));
    }
    await using restored = timescaledb(server.options(into));
    await using ctx = await server.context();
    expect(compareFingerprints(fingerprint, await restored.fingerprint(ctx))).not.toEqual([]);
  });

  it("a forgotten timescaledb_post_restore() is an error with the remedy, for a probe, a fingerprint and a backup", async (test) => {
    const { server, database } = await taken(test, setup);
    await server.sql("SELECT timescaledb_pre_restore()", database);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const remedy = "SELECT public.timescaledb_post_restore();";
    const failure = { code: "SOURCE_INVALID", message: expect.stringContaining("restoring is still on"), hint: remedy };
    await expect(engine.fingerprint(ctx)).rejects.toMatchObject(failure);
    await expect(take(engine, ctx)).rejects.toMatchObject(failure);
    expect((await engine.probe(ctx)).findings).toContainEqual(
      expect.objectContaining({ severity: "error", code: "SOURCE_INVALID", fix: remedy }),
    );
    await server.sql(remedy, database);
    expect((await engine.probe(ctx)).findings).toEqual([]);
  });

  it("the engine of PostgreSQL refuses the database and names the engine to use", async (test) => {
    const { server, database } = await taken(test, setup);
    await using engine = postgres(server.options(database));
    await using ctx = await server.context();
    const refusal = { code: "UNSUPPORTED", message: expect.stringContaining("has TimescaleDB") };
    await expect(take(engine, ctx)).rejects.toMatchObject({
      ...refusal,
      hint: expect.stringContaining("--engine timescaledb"),
    });
    expect((await engine.probe(ctx)).findings).toContainEqual(
      expect.objectContaining({ ...refusal, severity: "error", fix: expect.stringContaining("engine: timescaledb") }),
    );
  });
});

async function taken(
  test: Parameters<typeof timescaleServer>[0],
  setup: Setup,
): Promise<Taken & { readonly server: TimescaleServer; readonly database: string }> {
  const server = await timescaleServer(test, setup);
  const database = await server.create();
  await server.sql(sampleSql, database);
  await using engine = timescaledb(server.options(database));
  await using ctx = await server.context();
  return { ...(await take(engine, ctx)), server, database };
}
