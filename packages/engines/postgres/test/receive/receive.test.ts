import { describe, expect, it } from "vitest";
import { ownServer } from "../physical/support/own-server.ts";
import { archivedIn, expectSame, place, Receiving } from "./support/receiving.ts";

const keepAll = { wal_keep_size: "1GB", max_wal_size: "1GB" };

describe("a receiver", { timeout: 60_000 }, () => {
  it("archives every segment as the server has it, and the beginning of the last one when it is stopped", async (test) => {
    const { options, sql } = await ownServer(test, keepAll);
    const at = await place();
    const receiving = new Receiving({ host: options.host }, at, { partialEveryMs: 200 });
    await receiving.until("streaming");
    await sql("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 300000) i");
    await sql("SELECT pg_switch_wal()");
    await sql("INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000) i");
    const [now] = await sql("SELECT pg_walfile_name(pg_current_wal_lsn()) AS name");
    await receiving.until("archived", new RegExp(`^${String(now?.["name"])}\\.[0-9A-F]{8}\\.partial$`));
    await receiving.stop();
    const names = await expectSame(at.log, sql);
    expect(names.length).toBeGreaterThan(2);
    const beginnings = await archivedIn(at.log, /partial/);
    expect([...beginnings.keys()].map((name) => name.slice(0, 24))).toEqual([now?.["name"]]);
  });
});
