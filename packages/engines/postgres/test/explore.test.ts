import type { ExploredItem } from "@dbsave/core";
import { startTimeoutMs, server as testbedServer } from "@dbsave/testbed";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { type TestServer, testServer } from "./support/server.ts";

async function explored(server: TestServer, database: string, more = {}): Promise<readonly ExploredItem[]> {
  await using engine = postgres(server.engineOptions(database, more));
  await using ctx = await testContext();
  return (await engine.explore?.({ count: false }, ctx)) ?? [];
}

const named = (items: readonly ExploredItem[], name: string): ExploredItem | undefined =>
  items.find(({ path }) => path.at(-1) === name);

it("sizes are those on disk, and rows are estimated from the catalog", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    "CREATE TABLE big AS SELECT i FROM generate_series(1, 50000) i; CREATE INDEX ON big (i)",
  );
  await server.query(database, "CREATE TABLE bare (a int)");
  await server.query(database, "ANALYZE");
  const items = await explored(server, database);
  const [size] = await server.query(
    database,
    "SELECT pg_total_relation_size('big')::int AS total, pg_indexes_size('big')::int AS indexes",
  );
  expect(named(items, "big")).toEqual({
    kind: "table",
    path: [database, "public", "big"],
    sizeBytes: size?.["total"],
    rows: { count: 50_000, isExact: false },
    details: { indexBytes: size?.["indexes"] },
  });
  expect(named(items, "bare")).toMatchObject({ sizeBytes: 0, rows: { count: 0 } });
  expect(items.find(({ kind, path }) => kind === "database" && path[0] === database)?.sizeBytes).toBeGreaterThan(1e6);
  expect(items).toContainEqual(expect.objectContaining({ kind: "extension", path: [database, "plpgsql"] }));
});

it("a partitioned table is one thing with the size and the rows of all its partitions", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    `CREATE TABLE events (at int) PARTITION BY RANGE (at);
     CREATE TABLE early PARTITION OF events FOR VALUES FROM (0) TO (1000);
     CREATE TABLE late PARTITION OF events FOR VALUES FROM (1000) TO (3000) PARTITION BY RANGE (at);
     CREATE TABLE later PARTITION OF late FOR VALUES FROM (1000) TO (3000);
     INSERT INTO events SELECT generate_series(0, 2999); ANALYZE early, later`,
  );
  const tables = (await explored(server, database)).filter(({ path }) => path[1] === "public");
  expect(tables).toEqual([
    expect.objectContaining({
      kind: "partitioned table",
      rows: { count: 3000, isExact: false },
      details: { partitions: 2 },
    }),
  ]);
});

it("a table that somebody holds exclusively is listed at once, without its files being asked", {
  timeout: 10_000,
}, async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    "CREATE TABLE held AS SELECT generate_series(1, 1000) i; CREATE TABLE free AS SELECT 1 i; ANALYZE held",
  );
  const other = new Client({ connectionString: server.url(database) });
  await other.connect();
  try {
    await other.query("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
    const items = await explored(server, database);
    expect(named(items, "held")).toMatchObject({ rows: { count: 1000 } });
    expect(named(items, "free")).toMatchObject({ sizeBytes: expect.any(Number) });
  } finally {
    await other.end();
  }
});

it("a role without any rights sees the same tables, and the sizes of the databases it may connect to", async (test) => {
  const server = await testServer(test);
  const [database, closed] = [await server.create(), await server.create("closed")];
  await server.query(
    database,
    "CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT generate_series(1, 1000) i; ANALYZE hidden.t",
  );
  await server.query("postgres", `REVOKE CONNECT ON DATABASE "${closed}" FROM PUBLIC`);
  const items = await explored(server, database, { user: await server.role("nobody") });
  expect(named(items, "t")).toMatchObject({ rows: { count: 1000 }, sizeBytes: expect.any(Number) });
  expect(named(items, closed)).toEqual(expect.not.objectContaining({ sizeBytes: expect.anything() }));
});

describe.each(["postgres-17-timescale", "postgres-18-timescale"] as const)("on %s", (name) => {
  it("a hypertable is one thing with its chunks, sized and counted", { timeout: startTimeoutMs }, async (test) => {
    const server = await testbedServer(name, test);
    await using database = await server.database();
    await database.sql(`
      CREATE EXTENSION timescaledb; CREATE TABLE metrics (at timestamptz NOT NULL, v float8);
      SELECT create_hypertable('metrics', 'at', chunk_time_interval => interval '1 day');
      INSERT INTO metrics SELECT t, 1 FROM generate_series('2026-01-01 00:00Z'::timestamptz, '2026-01-05 23:00Z', '1 hour') t;
      CREATE TABLE plain (a int); ANALYZE`);
    await using engine = postgres({ url: database.url });
    await using ctx = await testContext();
    const items = (await engine.explore?.({ count: true }, ctx)) ?? [];
    const tables = items.filter(({ kind, path }) => path.length === 3 && kind !== "extension");
    expect(tables.map(({ kind, path }) => [kind, path.at(-1)])).toEqual([
      ["hypertable", "metrics"],
      ["table", "plain"],
    ]);
    expect(tables[0]).toMatchObject({
      rows: { count: 120, isExact: true },
      details: { chunks: 5, compressedShare: 0 },
    });
    expect(tables[0]?.sizeBytes).toBeGreaterThan(5 * 8192);
    const estimates = (await engine.explore?.({ count: false }, ctx)) ?? [];
    expect(named(estimates, "metrics")?.rows).toEqual({ count: 120, isExact: false });
  });
});
