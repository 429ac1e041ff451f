import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { timescaledb } from "../src/index.ts";
import { sampleSql } from "./support/sample-database.ts";
import { setups, type TimescaleServer, timescaleServer } from "./support/server.ts";
import { sourceOf, type Taken, take } from "./support/taken.ts";

describe.each(setups)("on PostgreSQL %s, a restore", { timeout: 180_000 }, (setup) => {
  it.for([1, 3])(
    "by %i sessions gives every hypertable the same fingerprint, and lets jobs run",
    async (jobs, test) => {
      const server = await timescaleServer(test, setup);
      const { database, source, fingerprint } = await takeSample(server);
      const count = (kind: string): number => fingerprint.items.filter((item) => item.kind === kind).length;
      expect([count("hypertable"), count("chunk") > 100]).toEqual([4, true]);
      await using engine = timescaledb(server.options(database));
      await using ctx = await server.context();
      const into = `${database}_copy`;
      await engine.restore({ into, force: false, jobs }, source, ctx);
      await using restored = engine.at(into);
      expect(compareFingerprints(fingerprint, await restored.fingerprint(ctx))).toEqual([]);
      expect(await server.sql(restoringSql)).toBe("0");
      await expect.poll(() => schedulers(server, into)).toBe("1");
    },
  );

  it("on a server that lacks the version is refused with that version, before anything is made", async (test) => {
    const server = await timescaleServer(test, setup);
    const { database, facts, artifacts } = await takeSample(server);
    const settings = String(artifacts.get("databases.json")).replaceAll(String(facts.details["timescaledb"]), "2.1.7");
    const source = sourceOf("timescaledb", facts, new Map([["databases.json", Buffer.from(settings)]]));
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const before = await server.databases();
    const request = { into: `${database}_copy`, force: false };
    const refusal = {
      code: "UNSUPPORTED",
      message: expect.stringContaining("needs TimescaleDB 2.1.7, the server has 2."),
    };
    await expect(engine.restore(request, source, ctx)).rejects.toMatchObject(refusal);
    expect((await engine.planRestore(request, source, ctx)).findings).toContainEqual(
      expect.objectContaining({ ...refusal, fix: expect.stringContaining("Install TimescaleDB 2.1.7") }),
    );
    expect(await server.databases()).toEqual(before);
  });

  it("that breaks off leaves no database, and none that is still restoring", async (test) => {
    const server = await timescaleServer(test, setup);
    const { database, facts, artifacts } = await takeSample(server);
    const dump = artifacts.get(`${database}.dump`) ?? never();
    const cut = new Map([...artifacts, [`${database}.dump`, dump.subarray(0, dump.length - 3000)]]);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const before = await server.databases();
    const broken = engine.restore({ into: `${database}_x`, force: false }, sourceOf("timescaledb", facts, cut), ctx);
    await expect(broken).rejects.toMatchObject({ code: "TOOL_FAILED" });
    expect(await server.databases()).toEqual(before);
    expect(await server.sql(restoringSql)).toBe("0");
  });

  it("that may not rename lets the jobs of what was there go on", async (test) => {
    const server = await timescaleServer(test, setup);
    const { database, source } = await takeSample(server);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const connected = server.sql("SELECT pg_sleep(60)", database).catch(() => "ended");
    await expect.poll(() => server.sql(sleepersSql(database))).toBe("1");
    const refused = engine.restore({ force: true }, source, ctx);
    await expect(refused).rejects.toMatchObject({ code: "TARGET_BUSY" });
    await server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'`);
    expect(await connected).toBe("ended");
    await expect.poll(() => schedulers(server, database)).toBe("1");
    const report = await engine.restore({ force: true }, source, ctx);
    expect(report.movedAside).toHaveLength(1);
    await expect.poll(() => schedulers(server, database)).toBe("1");
  });

  it("of one table alone is refused: its chunks are of no use without the catalog", async (test) => {
    const server = await timescaleServer(test, setup);
    const { database, source } = await takeSample(server);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const request = { into: `${database}_part`, force: false, select: { tables: ["public.readings"] } };
    await expect(engine.restore(request, source, ctx)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("of several databases treats one without the extension as a plain one", async (test) => {
    const server = await timescaleServer(test, setup);
    const [hyper, plain] = [await server.create("hyper"), `plain_of_${setup}`];
    await server.sql(sampleSql, hyper);
    await server.sql(`CREATE DATABASE ${plain}`);
    await server.sql("CREATE TABLE t AS SELECT generate_series(1, 10) i", plain);
    await using engine = timescaledb(server.options("postgres", { databases: [hyper, plain] }));
    await using ctx = await server.context();
    const { source, facts, fingerprint } = await take(engine, ctx);
    expect(facts.details).toMatchObject({ hypertables: 4, edition: server.isCommunity ? "community" : "apache" });
    await using scratch = (await engine.scratch?.(source.manifest, ctx)) ?? never();
    await scratch.engine.restore({ force: false }, source, ctx);
    expect(compareFingerprints(fingerprint, await scratch.engine.fingerprint(ctx))).toEqual([]);
  });
});

const restoringSql = "SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text LIKE '%timescaledb.restoring%'";

const sleepersSql = (database: string): string =>
  `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE 'SELECT pg_sleep(60)%'`;

/** Whether jobs of a database can run. */
async function schedulers(server: TimescaleServer, database: string): Promise<string> {
  return await server.sql(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND backend_type ~ '^TimescaleDB.*Scheduler'`,
  );
}

async function takeSample(server: TimescaleServer): Promise<Taken & { readonly database: string }> {
  const database = await server.create();
  await server.sql(sampleSql, database);
  await using engine = timescaledb(server.options(database));
  await using ctx = await server.context();
  return { ...(await take(engine, ctx)), database };
}

function never(): never {
  throw new Error("it is not there, or must not be read");
}
