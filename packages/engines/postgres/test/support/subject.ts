import { randomBytes } from "node:crypto";
import type { EngineSubject } from "@dbsave/testkit";
import { postgres } from "../../src/index.ts";
import { sampleSql } from "./sample-database.ts";
import type { TestServer } from "./server.ts";

/** A database with some of everything, and a free name beside it. */
export async function subjectOn(server: TestServer): Promise<EngineSubject> {
  const source = await server.create("source");
  const into = `into_${randomBytes(4).toString("hex")}`;
  await server.query(source, sampleSql);
  const open = (place: string) => postgres(server.engineOptions(place));
  const engine = open(source);
  const mine = async (): Promise<string[]> =>
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
    part: { tables: ["public.orders"] },
    async mutate() {
      await server.query(
        source,
        `BEGIN; INSERT INTO orders (customer, t) VALUES (1, 'more');
         INSERT INTO events VALUES ('2025-02-03', 'more', 1), ('2031-02-03', 'more', 1); COMMIT`,
      );
    },
    async edit() {
      await server.query(source, "UPDATE cache SET v = v || 'x'");
    },
    async reorder() {
      await server.query(
        source,
        "CREATE INDEX turned ON orders (md5(t)); CLUSTER orders USING turned; DROP INDEX turned",
      );
    },
    async grow() {
      await server.query(
        source,
        "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, 60000) i",
      );
    },
    snapshot: (place) => snapshot(server, place),
    places: mine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      for (const name of await mine()) await server.query("postgres", `DROP DATABASE "${name}" WITH (FORCE)`);
    },
  };
}

/** The database's own number, and every row of every table as text. */
async function snapshot(server: TestServer, place: string): Promise<string> {
  const [database] = await server.query("postgres", `SELECT oid FROM pg_database WHERE datname = '${place}'`);
  if (database === undefined) return "";
  const tables = await server.query(
    place,
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE relkind IN ('r', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
  );
  const digest = ({ name }: Record<string, unknown>, index: number): string =>
    `(SELECT ${index} AS i, md5(string_agg(t.*::text, E'\\n' ORDER BY t.*::text)) FROM ONLY ${String(name)} t)`;
  const rows =
    tables.length === 0 ? [] : await server.query(place, `${tables.map(digest).join(" UNION ALL ")} ORDER BY i`);
  return JSON.stringify([database, tables, rows]);
}
