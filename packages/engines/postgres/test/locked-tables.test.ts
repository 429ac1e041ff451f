import { PassThrough } from "node:stream";
import type { RunContext } from "@dbsave/core";
import { Client } from "pg";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { parseOptions } from "../src/options.ts";
import { fingerprintTables } from "../src/rows/fingerprint-tables.ts";
import { holdTables } from "../src/rows/hold-tables.ts";
import { holdSnapshot } from "../src/snapshot.ts";
import { type TestServer, testServer } from "./support/server.ts";
import { memorySink, take } from "./support/taken.ts";

it("a backup that found a table locked begins again, and is good once the lock is gone", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t (a int)");
  await using holder = await lockedBy(server, database, "TRUNCATE t; INSERT INTO t VALUES (1), (2)");
  await using engine = postgres(server.engineOptions(database, { lockWaitTimeoutMs: 300 }));
  await using ctx = await server.context();
  const sink = memorySink();
  let released: Promise<unknown> | undefined;
  const facts = await engine.backup({ kind: "full" }, sink, {
    ...ctx,
    report: (event) => {
      ctx.report(event);
      released ??= holder.commit();
    },
  });
  await released;
  expect(ctx.events).toEqual([
    { type: "note", message: expect.stringMatching(/^attempt 1 of 3: .*public\.t is locked/) },
  ]);
  expect(facts.fingerprint?.items.find(({ kind }) => kind === "table")).toMatchObject({ count: 2 });
  expect([...sink.stored.keys()]).toEqual([`${database}.dump`, "globals.sql", "databases.json"]);
});

it("a backup gives up with SOURCE_BUSY when a table stays locked, and says who holds it and how to end it", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE free (a int); CREATE TABLE held (a int)");
  await using holder = await lockedBy(server, database, "LOCK TABLE held; SELECT 'canary 51c0'");
  await using engine = postgres(server.engineOptions(database, { lockWaitTimeoutMs: 100 }));
  await using ctx = await server.context();
  const sink = memorySink();
  const failure = await engine.backup({ kind: "full" }, sink, ctx).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "SOURCE_BUSY",
    message: expect.stringMatching(
      new RegExp(`public\\.held is locked by session ${holder.pid}: .*\\(migrator\\), idle`),
    ),
    hint: expect.stringContaining(`SELECT pg_terminate_backend(${holder.pid});`),
  });
  expect(JSON.stringify([failure, ctx.events])).not.toContain("canary");
  expect(sink.stored.size).toBe(0);
  expect(ctx.events).toHaveLength(2);
});

it("no table can be emptied between the moment of a snapshot and the digest of its rows", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE a (i int); CREATE TABLE b (i int); INSERT INTO b VALUES (1), (2)");
  const options = parseOptions(server.engineOptions(database, { jobs: 2 }));
  const { signal } = new AbortController();
  await using snapshot = await holdSnapshot(options, database, signal);
  await using tables = await holdTables(options, snapshot, signal);
  for (const table of ["a", "b"]) {
    const truncate = server.query(database, `SET lock_timeout = 50; TRUNCATE ${table}`);
    await expect(truncate).rejects.toThrow("lock timeout");
  }
  const { items } = await fingerprintTables(tables, "full");
  expect(new Map(items.map(({ name, count }) => [name, count]))).toEqual(
    new Map([
      ["public.a", 0],
      ["public.b", 2],
    ]),
  );
  await tables[Symbol.asyncDispose]();
  await server.query(database, "SET lock_timeout = 5000; TRUNCATE a, b");
});

it("no table can be emptied between the digest of its rows and the dump of them", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)");
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const called = Promise.withResolvers<void>();
  const input = new PassThrough();
  const tools: RunContext["tools"] = {
    run(tool, args, options) {
      if (!args.includes("--format=custom")) return ctx.tools.run(tool, args, options);
      called.resolve();
      return ctx.tools.run("sh", ["-c", 'read -r line; exec "$0" "$@"', tool, ...args], { ...options, input });
    },
  };
  const taking = take(engine, { ...ctx, tools });
  await Promise.race([called.promise, taking]);
  const truncate = server.query(database, "SET lock_timeout = 2000; TRUNCATE t");
  await expect(truncate).rejects.toThrow("lock timeout");
  input.end("go\n");
  const { source } = await taking;
  expect(await engine.inspect(source, ctx)).toEqual([]);
});

it("tables stay locked while they are read, but not their indexes, of which there may be many more", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE a (i int PRIMARY KEY, t text UNIQUE); CREATE TABLE b (i int PRIMARY KEY)");
  const options = parseOptions(server.engineOptions(database, { jobs: 1 }));
  const { signal } = new AbortController();
  await using snapshot = await holdSnapshot(options, database, signal);
  await using tables = await holdTables(options, snapshot, signal);
  await fingerprintTables(tables, "full");
  const [reader] = tables.readers;
  const locks = await reader?.session.query(
    "SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE pid = pg_backend_pid() AND c.oid >= 16384 ORDER BY 1",
  );
  expect(locks).toEqual([{ relname: "a" }, { relname: "b" }]);
});

it("a server whose lock table is full fails a backup with SOURCE_BUSY and the setting that makes room", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await using client = await lockedBy(server, database, "SELECT 1");
  await expect(client.query("SELECT pg_advisory_lock(i) FROM generate_series(1, 1000000) i")).rejects.toThrow(
    "out of shared memory",
  );
  await using engine = postgres(server.engineOptions(database, { lockWaitTimeoutMs: 100 }));
  await using ctx = await server.context();
  await expect(engine.backup({ kind: "full" }, memorySink(), ctx)).rejects.toMatchObject({
    code: "SOURCE_BUSY",
    hint: expect.stringContaining("max_locks_per_transaction"),
  });
});

interface Holder extends AsyncDisposable {
  readonly pid: number;
  commit(): Promise<unknown>;
  query(sql: string): Promise<unknown>;
}

/** A session that ran `sql` in a transaction which is still open. */
async function lockedBy(server: TestServer, database: string, sql: string): Promise<Holder> {
  const client = new Client({ connectionString: server.url(database), application_name: "migrator" });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  await client.query(`BEGIN; ${sql}`);
  return {
    pid: rows[0]?.pid ?? 0,
    commit: () => client.query("COMMIT"),
    query: (more) => client.query(more),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
