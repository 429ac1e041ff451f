import { type OwnServer, type ServerName, standbyOf, startTimeoutMs, tryOwnServer } from "@dbsave/testbed";
import { Client } from "pg";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import type { PostgresOptions } from "../../src/options.ts";
import { majors } from "../physical/support/servers.ts";
import { archivedIn, expectSame, place, Receiving, slot } from "./support/receiving.ts";

async function primaryOf(name: ServerName, test: Pick<TestContext, "skip">): Promise<OwnServer> {
  const server = await tryOwnServer(name);
  if (typeof server === "string") return test.skip(server);
  onTestFinished(() => server[Symbol.asyncDispose]());
  await server.sql("alter system set wal_keep_size = '1GB'; alter system set max_wal_size = '1GB'");
  await server.sql("alter system set max_slot_wal_keep_size = '1GB'; select pg_reload_conf()");
  return server;
}

function optionsOf({ host, port, user, password }: OwnServer): PostgresOptions {
  return { host, port, user, password, database: "postgres" };
}

function asking(server: OwnServer) {
  return async (statement: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: server.url() });
    client.on("error", () => {}); // the query tells
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };
}

/** Resolves when the transactions were made, or the server was killed meanwhile. */
async function pgbench(server: OwnServer, transactions: number): Promise<void> {
  const args = ["-h", "/tmp", "-U", "postgres", "-n", "-c", "4", "-t", String(transactions), "postgres"];
  await server.docker("exec", "pgbench", ...args).catch(() => undefined);
}

const newest = majors.slice(1); // the other tests of receivers run on 15

describe.for(newest)("a receiver of %s", { timeout: startTimeoutMs }, (major) => {
  it("has all of the WAL under pgbench, whether it is killed or the server crashes", async (test) => {
    const server = await primaryOf(major, test);
    const ask = asking(server);
    await server.docker("exec", "pgbench", "-h", "/tmp", "-U", "postgres", "-i", "-q", "postgres");
    const at = await place();
    const first = new Receiving(optionsOf(server), at, { partialEveryMs: 500 });
    await first.until("streaming");
    const load = pgbench(server, 2000);
    await first.until("archived");
    await first.cut();
    const second = new Receiving(optionsOf(server), at, { partialEveryMs: 500 });
    await second.until("streaming");
    await load;
    const [writer] = await ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
    await server.docker("exec", "sh", "-c", `kill -9 ${String(writer?.["pid"])}`);
    await second.until("interrupted");
    await second.until("streaming", /./, 2);
    await pgbench(server, 500);
    await server.sql("select pg_switch_wal()");
    const [last] = await ask("SELECT pg_walfile_name(pg_current_wal_lsn() - 1) AS name");
    await second.until("archived", new RegExp(`^${String(last?.["name"])}$`));
    await second.stop();
    expect((await expectSame(at.log, ask)).length).toBeGreaterThan(1);
  });
});

describe.for(majors)("a receiver of %s", { timeout: startTimeoutMs }, (major) => {
  it("follows a standby that is promoted onto its new timeline, and a client that finds another server", async (test) => {
    const primary = await primaryOf(major, test);
    await primary.sql("create table t (i int)");
    await using standby = await standbyOf(primary);
    const at = await place();
    const followed = { current: primary };
    const { user, password } = primary;
    const locate = async () => {
      const { host, port } = followed.current;
      return { host, port, user };
    };
    const receiving = new Receiving({ locator: { name: "cluster", locate }, password, database: "postgres" }, at);
    await receiving.until("streaming", /timeline 1/);
    await primary.sql("insert into t select generate_series(1, 100000); select pg_switch_wal()");
    await primary.sql("insert into t select generate_series(1, 1000)");
    await expect.poll(() => standby.sql("select count(*) from t"), { timeout: 20_000 }).toBe("101000");
    followed.current = standby;
    await primary.docker("kill");
    await receiving.until("interrupted");
    await receiving.until("streaming", /timeline 1/, 2);
    await standby.sql("select pg_promote()");
    await receiving.until("streaming", /timeline 2/);
    await standby.sql("insert into t select generate_series(1, 100000); select pg_switch_wal()");
    const ask = asking(standby);
    const [last] = await ask("SELECT pg_walfile_name(pg_current_wal_lsn() - 1) AS name");
    await receiving.until("archived", new RegExp(`^${String(last?.["name"])}$`));
    await receiving.stop();
    const names = await expectSame(at.log, ask, "00000002");
    expect(names.length).toBeGreaterThan(0);
    expect([...(await archivedIn(at.log, /history/)).keys()]).toEqual(["00000002.history"]);
    const [history] = await ask("SELECT encode(sha256(pg_read_binary_file('pg_wal/00000002.history')), 'hex') AS sha");
    expect((await archivedIn(at.log, /history/)).get("00000002.history")).toBe(history?.["sha"]);
    const [left] = (await archivedIn(at.log, /^00000001.*partial/)).keys();
    expect(left?.slice(8, 24)).toBe(
      [...(await archivedIn(at.log, /^00000002[0-9A-F]{16}$/)).keys()].toSorted()[0]?.slice(8),
    );
    expect(await standby.sql(`select active from pg_replication_slots where slot_name = '${slot}'`)).toBe("f");
  });
});
