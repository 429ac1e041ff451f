import { randomBytes } from "node:crypto";
import type { EngineSubject } from "@dbsave/testkit";
import { timescaledb } from "../../src/index.ts";
import { communitySql, sampleSql } from "./sample-database.ts";
import { drop, type TimescaleServer } from "./server.ts";

/** A database with some of everything, and a free name beside it. */
export async function subjectOn(server: TimescaleServer): Promise<EngineSubject> {
  const source = await server.create("source");
  const into = `into_${randomBytes(4).toString("hex")}`;
  await server.sql(server.isCommunity ? sampleSql + communitySql : sampleSql, source);
  const open = (place: string) => timescaledb(server.options(place));
  const engine = open(source);
  const places = async (): Promise<string[]> =>
    (await server.databases()).filter(
      (name) => name.startsWith(source) || name.startsWith(into) || name.startsWith("dbsave"),
    );
  return {
    engine,
    source,
    into,
    open,
    tools: server.tools,
    servers: server.servers,
    secrets: [server.password],
    async mutate() {
      await server.sql(
        `BEGIN; INSERT INTO readings VALUES ('2026-02-01 00:11+00', 1, 1, 'more'), ('2027-02-01', 2, 2, 'in a new chunk');
         INSERT INTO counters SELECT max(tick) + 1, 'more', 1 FROM counters; COMMIT`,
        source,
      );
    },
    async edit() {
      await server.sql("UPDATE counters SET n = n + 1 WHERE tick = 17", source);
    },
    async reorder() {
      await server.sql("CLUSTER readings USING readings_by_device; CLUSTER devices USING devices_pkey", source);
    },
    async grow() {
      await server.sql(
        `INSERT INTO readings SELECT timestamptz '2026-04-05' + i * interval '1 second', i % 20, i, repeat(md5(i::text), 30)
         FROM generate_series(1, 60000) i`,
        source,
      );
    },
    snapshot: (place) => snapshot(server, place),
    places,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      for (const name of await places()) await drop(server, name);
    },
  };
}

/** The database's own number, and every row of every table as text, but for what the scheduler writes about its jobs. */
async function snapshot(server: TimescaleServer, place: string): Promise<string> {
  const number = await server.sql(`SELECT oid FROM pg_database WHERE datname = '${place}'`);
  if (number === "") return "";
  const names = await server.sql(
    `SET search_path = ''; SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE relkind IN ('r', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND relname !~ '^bgw_' ORDER BY 1`,
    place,
  );
  const digest = (name: string): string =>
    `(SELECT md5(string_agg(t.*::text, E'\\n' ORDER BY t.*::text)) FROM ONLY ${name} t)`;
  const rows = await server.sql(
    `SET TimeZone = 'UTC'; ${names
      .split("\n")
      .map((name) => `SELECT ${digest(name)};`)
      .join(" ")}`,
    place,
  );
  return JSON.stringify([number, names, rows]);
}
