import { describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { openWalsender } from "../../src/physical/protocol/walsender.ts";
import { testContext } from "../support/context.ts";
import { ownServer } from "./support/own-server.ts";

const { signal } = new AbortController();

describe("a server that does not let replication in", () => {
  it("for want of max_wal_senders is told with the setting", async (test) => {
    const { options } = await ownServer(test, { wal_level: "minimal", max_wal_senders: "0" });
    await expect(openWalsender(options, signal)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      hint: expect.stringContaining("max_wal_senders = 10"),
    });
  });

  it("is told by probe before a backup is tried", async (test) => {
    const { options, sql } = await ownServer(test, { wal_level: "minimal", max_wal_senders: "0" });
    await sql("CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader");
    await using ctx = await testContext();
    await using engine = postgres({ host: options.host, user: "reader", database: "postgres", physical: {} });
    const { findings } = await engine.probe(ctx);
    const fixes = findings.filter(({ method }) => method === "physical").map(({ fix }) => fix);
    expect(fixes).toEqual([
      'ALTER ROLE "reader" REPLICATION;',
      expect.stringMatching(/max_wal_senders = '10'; Then restart/),
    ]);
  });

  it("by pg_hba.conf is told with the line to add", async (test) => {
    const { options, sql } = await ownServer(test);
    const [place] = await sql("SELECT current_setting('hba_file') AS file");
    await sql(`COPY (SELECT 'local postgres postgres trust') TO '${String(place?.["file"])}'`);
    await sql("CREATE DATABASE other");
    await sql("SELECT pg_reload_conf()");
    const opening = () => openWalsender({ ...options, database: "other" }, signal).catch((error: unknown) => error);
    await expect.poll(opening).toMatchObject({
      code: "PERMISSION_DENIED",
      hint: expect.stringContaining('Add the line `local "other" "postgres" peer` to pg_hba.conf'),
    });
  });
});
