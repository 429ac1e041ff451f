import { compareFingerprints } from "@dbsave/core";
import { standbyOf } from "@dbsave/testbed";
import { expect, it, type TestContext } from "vitest";
import { type PostgresOptions, postgres } from "../src/index.ts";
import { heldSink } from "./support/held.ts";
import { sampleSql } from "./support/sample-database.ts";
import { type TestServer, testServer } from "./support/server.ts";
import { noFingerprint, take } from "./support/taken.ts";

const timeout = 120_000;

it("a standby is known as one, saved by a restartpoint, and backed up like its primary", { timeout }, async (test) => {
  const { server, database, at } = await pair(test);
  await server.query(database, sampleSql);
  await using standby = await at();
  await standby.follow();
  await using primary = postgres(server.engineOptions(database));
  await using engine = postgres(standby.options(database));
  await using ctx = await server.context();
  expect((await engine.probe(ctx)).details["standby"]).toBe(true);
  await server.query("postgres", "CHECKPOINT");
  await standby.follow();
  expect((await engine.save(ctx)).proof).toMatch(/^standby: restartpoint at /);
  const { facts, source, artifacts } = await take(engine, ctx);
  const here = facts.fingerprint ?? noFingerprint;
  expect(compareFingerprints(await primary.fingerprint(ctx), here)).toEqual([
    expect.objectContaining({ object: "table public.cache" }), // unlogged: its rows are on the primary only
  ]);
  expect(await engine.inspect(source, ctx)).toEqual([]);
  expect(artifacts.get("globals.sql")?.toString()).toContain("CREATE ROLE postgres");
});

it("a sequence that only the primary can read keeps no standby from being backed up and restored", {
  timeout,
}, async (test) => {
  const { server, database, at } = await pair(test);
  await server.query(
    database,
    `CREATE TABLE t (a int); CREATE UNLOGGED SEQUENCE counter OWNED BY t.a; INSERT INTO t VALUES (nextval('counter'))`,
  );
  await using standby = await at();
  await standby.follow();
  await using primary = postgres(server.engineOptions(database));
  await using engine = postgres(standby.options(database));
  await using ctx = await server.context();
  const { facts, source } = await take(engine, ctx);
  const into = `${database}_copy`;
  await primary.restore({ into, force: false }, source, ctx);
  await using restored = primary.at(into);
  expect(compareFingerprints(facts.fingerprint ?? noFingerprint, await restored.fingerprint(ctx))).toEqual([]);
});

it("a restore onto a standby is refused with UNSUPPORTED", { timeout }, async (test) => {
  const { server, database, at } = await pair(test);
  await using standby = await at();
  await using primary = postgres(server.engineOptions(database));
  await using engine = postgres(standby.options(database));
  await using ctx = await server.context();
  const { source } = await take(primary, ctx);
  await expect(engine.restore({ into: "elsewhere", force: false }, source, ctx)).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("standby"),
  });
});

it("a backup that the standby's replay cannot wait for fails with CONNECT_FAILED and the settings that help", {
  timeout,
}, async (test) => {
  const { server, database, at } = await pair(test);
  await server.query(
    database,
    "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, 60000) i",
  );
  await using standby = await at();
  await standby.follow();
  await using engine = postgres(standby.options(database));
  await using ctx = await server.context();
  const held = heldSink();
  const failed = engine.backup({ kind: "full" }, held.sink, ctx).catch((error: unknown) => error);
  await held.reached;
  await server.query(database, "DROP TABLE big"); // what the backup has locked
  await standby.follow(); // once the sessions in its way are ended
  held.release();
  expect(await failed).toMatchObject({
    code: "CONNECT_FAILED",
    hint: expect.stringContaining("hot_standby_feedback"),
  });
  expect(held.stored.has(`${database}.dump`)).toBe(false);
});

async function pair(test: Pick<TestContext, "skip">) {
  const server = await testServer(test);
  if (server.own.container === undefined) test.skip("needs docker");
  const database = await server.create();
  return { server, database, at: () => follower(server) };
}

async function follower(server: TestServer) {
  const standby = await standbyOf(server.own);
  const { host, port, user, password } = standby;
  return {
    options: (database: string): PostgresOptions => ({ host, port, user, password, database }),
    /** Resolves when it has replayed all that the primary did before. */
    async follow(): Promise<void> {
      const [row] = await server.query("postgres", "SELECT pg_current_wal_lsn()::text AS lsn");
      const sql = `select pg_last_wal_replay_lsn() >= '${String(row?.["lsn"])}'`;
      await expect.poll(() => standby.sql(sql), { timeout: 30_000 }).toBe("t");
    },
    [Symbol.asyncDispose]: () => standby[Symbol.asyncDispose](),
  };
}
