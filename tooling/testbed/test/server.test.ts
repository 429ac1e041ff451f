import { describe, expect, it } from "vitest";
import { SERVERS, server, startTimeoutMs } from "../src/index.ts";

describe.each(SERVERS)("the server $name", ({ name, major, hasTimescale }) => {
  it(
    "is of the version that its name says, and takes a password over TLS",
    async (test) => {
      const asked = await server(name, test);
      expect(await asked.sql("show server_version")).toMatch(new RegExp(`^${major}\\.`));
      expect(await asked.sql("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toMatch(/^[tf]$/);
      expect(await asked.sql("show password_encryption")).toBe("scram-sha-256");
    },
    startTimeoutMs,
  );

  it.runIf(hasTimescale)(
    "has TimescaleDB",
    async (test) => {
      await using database = await (await server(name, test)).database();
      await database.sql("create extension timescaledb; create table t (at timestamptz not null, v int)");
      expect(await database.sql("select table_name from create_hypertable('t', 'at')")).toBe("t");
    },
    startTimeoutMs,
  );
});
