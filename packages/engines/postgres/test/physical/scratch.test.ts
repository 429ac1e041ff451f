import { open } from "node:fs/promises";
import { containerServers } from "@dbsave/exec";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { withSession } from "../../src/connect.ts";
import { parseOptions } from "../../src/options.ts";
import { startRestored } from "../../src/physical/scratch/start-restored.ts";
import { testContext } from "../support/context.ts";
import { sourceOf } from "../support/taken.ts";
import { ownServer } from "./support/own-server.ts";
import { scratchOf, takePhysical } from "./support/physical-backup.ts";
import { majors, optionsOf, withTablespace } from "./support/servers.ts";

describe.for(majors)("a throw-away copy of %s", { timeout: startTimeoutMs }, (major) => {
  it("comes up from the backup alone, and every database can be read", async (test) => {
    const source = await server(major, test);
    if (source.container === undefined) return test.skip("needs docker");
    await using database = await source.database();
    await using _ = await withTablespace(source);
    await database.sql(
      "create table t as select i as a, md5(i::text) as b from generate_series(1, 50000) i; create index on t (b)",
    );
    if (major.includes("timescale")) {
      await database.sql("create extension timescaledb");
      await database.sql("create table h (at timestamptz not null, v int); select create_hypertable('h', 'at')");
      await database.sql(
        "insert into h select '2026-01-01'::timestamptz + i * interval '1 hour', i from generate_series(1, 2000) i",
      );
    }
    const servers = containerServers({ like: { name: source.container.name }, env: process.env });
    await using ctx = await testContext({ servers });
    const taken = await takePhysical(optionsOf(source), ctx);
    await using scratch = scratchOf();
    await scratch.engine.restore({ force: false }, taken.source, ctx);
    const read = String(await scratch.check?.(ctx));
    expect(read).toMatch(
      /^[3-9] databases, \d+ tables, [\d,]+ rows read; they and [\d,]{3,} indexes checked by amcheck; /,
    );
    expect(Number(/(\S+) rows/.exec(read)?.[1]?.replaceAll(",", ""))).toBeGreaterThan(51_000);
    const { version } = await scratch.engine.probe(ctx);
    expect(version).toContain(major.slice(9, 11));
  });
});

describe("a throw-away copy", () => {
  it("holds every committed row, and none of the source's settings", async (test) => {
    const source = await ownServer(test);
    await source.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
    await source.sql("ALTER SYSTEM SET archive_command = 'touch /tmp/never'");
    await source.sql("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'");
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    await using scratch = await startRestored(parseOptions({}), taken.source, ctx);
    const rows = await withSession(scratch.options, "postgres", ctx.signal, (session) =>
      session.query("SELECT count(*)::int AS n, current_setting('archive_mode') AS mode FROM public.t"),
    );
    expect(rows).toEqual([{ n: 1000, mode: "off" }]);
  });

  it("is there with a restore, not before, and takes one only", async (test) => {
    const source = await ownServer(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    await using scratch = scratchOf();
    await expect(scratch.engine.fingerprint(ctx)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await scratch.engine.restore({ force: false }, taken.source, ctx);
    expect((await scratch.engine.fingerprint(ctx)).items.length).toBeGreaterThan(0);
    await expect(scratch.engine.restore({ force: false }, taken.source, ctx)).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  });

  it("keeps prepared transactions, and starts unlogged tables empty", async (test) => {
    const source = await ownServer(test, { max_prepared_transactions: "5" });
    await source.sql("CREATE TABLE t (a int); CREATE UNLOGGED TABLE u AS SELECT 1 AS a");
    await source.sql("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'later'");
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    await using scratch = await startRestored(parseOptions({}), taken.source, ctx);
    const rows = await withSession(scratch.options, "postgres", ctx.signal, (session) =>
      session.query(
        "SELECT (SELECT gid FROM pg_prepared_xacts) AS gid, (SELECT count(*)::int FROM public.u) AS unlogged",
      ),
    );
    expect(rows).toEqual([{ gid: "later", unlogged: 0 }]);
    await source.sql("ROLLBACK PREPARED 'later'");
  });

  it("of a backup without its WAL does not come up", async (test) => {
    const source = await ownServer(test);
    await using ctx = await testContext();
    const { facts, artifacts } = await takePhysical(source.options, ctx, { compression: null });
    const base = Buffer.from(artifacts.get("base.tar") as Buffer);
    const at = base.indexOf("pg_wal/0000000100000000000000");
    const name = base.toString("latin1", at, at + 31);
    base.fill(0, at + 512, at + 512 + 16 * 2 ** 20);
    expect(name).toMatch(/^pg_wal\/[0-9A-F]{24}$/);
    await using scratch = scratchOf();
    const damaged = sourceOf(facts, new Map([...artifacts, ["base.tar", base] as const]));
    await expect(scratch.engine.restore({ force: false }, damaged, ctx)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringContaining("checkpoint"),
    });
  });

  it("names the table whose page was damaged on a server that keeps no checksums", async (test) => {
    const source = await ownServer(test, {}, []);
    await source.sql("CREATE TABLE precious AS SELECT i AS a, repeat('x', 100) AS b FROM generate_series(1, 1000) i");
    await source.sql("CHECKPOINT");
    const pathSql = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('precious') AS path";
    const [place] = await source.sql(pathSql);
    const file = await open(String(place?.["path"]), "r+");
    const outside = Buffer.alloc(4);
    outside.writeUInt32LE(0x7fff | (1 << 15) | (100 << 17)); // of the first row: far behind the end of the page
    await file.write(outside, 0, 4, 24);
    await file.close();
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    await using scratch = scratchOf();
    await scratch.engine.restore({ force: false }, taken.source, ctx);
    await expect(scratch.check?.(ctx)).rejects.toMatchObject({
      code: "VERIFY_FAILED",
      message: expect.stringContaining("precious"),
    });
  });
});
