import { compareRestored } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { type Setup, testServer } from "./support/server.ts";
import { type Taken, take } from "./support/taken.ts";

const shopSql = String.raw`
  CREATE SCHEMA sales; CREATE SCHEMA "odd ""schema""";
  CREATE TYPE sales.kind AS ENUM ('a', 'b'); CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
  CREATE EXTENSION citext;
  CREATE TABLE customers (id serial PRIMARY KEY, name citext);
  CREATE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TABLE sales.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customers,
    kind sales.kind, size public.positive DEFAULT 1, ticket serial);
  CREATE INDEX ON sales.orders (customer); COMMENT ON COLUMN sales.orders.size IS 'how big';
  CREATE TRIGGER touched BEFORE INSERT ON sales.orders FOR EACH ROW EXECUTE FUNCTION sales.touch();
  CREATE STATISTICS sales.correlated ON customer, kind FROM sales.orders;
  CREATE TABLE sales.lines ("order" bigint REFERENCES sales.orders, n int);
  CREATE TABLE "orders lines" (n int);
  CREATE TABLE "odd ""schema"""."a table
with a break" (n int); INSERT INTO "odd ""schema"""."a table
with a break" VALUES (7);
  CREATE TABLE events (at date PRIMARY KEY, n int) PARTITION BY RANGE (at); CREATE INDEX ON events (n);
  CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) FROM sales.orders GROUP BY 1;
  CREATE SEQUENCE shared START 5; CREATE TABLE numbered (n int DEFAULT nextval('shared')); CREATE TABLE also (n int DEFAULT nextval('shared'));
  INSERT INTO customers (name) SELECT 'c' || i FROM generate_series(1, 50) i;
  INSERT INTO sales.orders (customer, kind) SELECT i, 'a' FROM generate_series(1, 50) i;
  INSERT INTO sales.lines SELECT i, i FROM generate_series(1, 50) i;
  INSERT INTO events SELECT date '2025-12-01' + i, i FROM generate_series(0, 60) i;
  INSERT INTO numbered DEFAULT VALUES; ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON sales.orders USING (true);
  REFRESH MATERIALIZED VIEW totals; SELECT lo_from_bytea(0, 'left behind');
`;

async function taken(test: Parameters<typeof testServer>[0], setup: Setup = "15") {
  const server = await testServer(test, setup);
  const ctx = await server.context();
  const database = await server.create("shop");
  await server.query(database, shopSql);
  const engine = postgres(server.engineOptions(database));
  const backup: Taken = await take(engine, ctx);
  const restored = async (into: string): Promise<readonly string[]> => {
    const rows = await server.query(
      into,
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
    );
    return rows.map(({ name }) => String(name));
  };
  const dispose = async (): Promise<void> => await ctx[Symbol.asyncDispose]();
  return { server, ctx, database, engine, restored, ...backup, [Symbol.asyncDispose]: dispose };
}

describe("a part of a database", { timeout: 120_000 }, () => {
  it.for([
    { jobs: 1, setup: "15" },
    { jobs: 2, setup: "15" },
    { jobs: 1, setup: "17" },
    { jobs: 2, setup: "18" },
  ] as const)(
    "a table comes with all that makes it useful, by $jobs sessions on $setup",
    async ({ jobs, setup }, test) => {
      await using shop = await taken(test, setup);
      const { engine, database, restored, source, ctx } = shop;
      const into = `${database}_orders_${jobs}`;
      const report = await engine.restore(
        { into, force: false, jobs, select: { tables: ["sales.orders"] } },
        source,
        ctx,
      );
      expect(await restored(into)).toEqual([
        "sales.orders",
        "sales.orders_customer_idx",
        "sales.orders_id_seq",
        "sales.orders_pkey",
        "sales.orders_ticket_seq",
      ]);
      expect(report.details).toMatchObject({ foreignKeysLeftOut: 1 });
      const { differences, rows } = await compareRestored(engine, { manifest: source.manifest, into }, report);
      expect({ differences, rows }).toEqual({ differences: [], rows: 50 });
    },
  );

  it("a schema comes with its types, functions and keys, and with what they need elsewhere", async (test) => {
    await using shop = await taken(test);
    const { engine, database, server, restored, source, ctx } = shop;
    const into = `${database}_sales`;
    const report = await engine.restore({ into, force: false, select: { schemas: ["sales"] } }, source, ctx);
    expect(await restored(into)).toContain("sales.lines");
    const keys = await server.query(into, "SELECT conname FROM pg_constraint WHERE contype = 'f'");
    expect(keys).toEqual([{ conname: "lines_order_fkey" }]);
    const triggers = await server.query(into, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal");
    expect(triggers).toEqual([{ tgname: "touched" }]);
    const { differences, rows } = await compareRestored(engine, { manifest: source.manifest, into }, report);
    expect({ differences, rows }).toEqual({ differences: [], rows: 100 });
    await server.query(into, "DELETE FROM sales.lines WHERE n = 3; DROP FUNCTION sales.touch() CASCADE");
    const changed = await compareRestored(engine, { manifest: source.manifest, into }, report);
    expect(changed.differences.map(({ object }) => object)).toEqual([
      "schema function sales.touch()",
      "table sales.lines",
    ]);
  });

  it("a partitioned table comes with its partitions, and a partition with its table alone", async (test) => {
    await using shop = await taken(test);
    const { engine, database, restored, source, ctx } = shop;
    const select = (...tables: string[]) => ({ force: false, select: { tables } });
    await engine.restore({ into: `${database}_all`, ...select("public.events") }, source, ctx);
    expect(await restored(`${database}_all`)).toEqual(expect.arrayContaining(["events", "events_2025", "events_2026"]));
    const report = await engine.restore({ into: `${database}_one`, ...select("public.events_2025") }, source, ctx);
    expect(await restored(`${database}_one`)).toEqual([
      "events",
      "events_2025",
      "events_2025_n_idx",
      "events_2025_pkey",
      "events_n_idx",
      "events_pkey",
    ]);
    const compared = await compareRestored(engine, { manifest: source.manifest, into: `${database}_one` }, report);
    expect(compared).toMatchObject({ differences: [], rows: 31 });
  });

  it("a view comes with the tables it reads, a table with a sequence that others use, and odd names work", async (test) => {
    await using shop = await taken(test);
    const { engine, database, restored, server, source, ctx } = shop;
    const into = `${database}_some`;
    const tables = ["public.totals", "public.numbered", '"odd ""schema"""."a table\nwith a break"'];
    const report = await engine.restore({ into, force: false, select: { tables } }, source, ctx);
    expect(await restored(into)).toEqual(expect.arrayContaining(["totals", "sales.orders", "shared", "numbered"]));
    expect(await restored(into)).not.toContain("also");
    expect(await server.query(into, "SELECT count(*)::int FROM totals")).toEqual([{ count: 50 }]);
    expect(await server.query(into, "SELECT nextval('shared')")).toEqual([{ nextval: "6" }]);
    const compared = await compareRestored(engine, { manifest: source.manifest, into }, report);
    expect(compared).toMatchObject({ differences: [], rows: 52 });
  });

  it("what the backup does not hold is refused by name, and a part needs a new database", async (test) => {
    await using shop = await taken(test);
    const { engine, database, source, ctx } = shop;
    const plan = (select: object, into?: string) =>
      engine.planRestore({ force: true, select, ...(into === undefined ? {} : { into }) }, source, ctx);
    await expect(plan({ tables: ["orders"] }, "x")).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      hint: "Did you mean sales.orders?",
    });
    await expect(plan({ schemas: ["sale"] }, "x")).rejects.toMatchObject({ hint: "Did you mean sales?" });
    await expect(plan({ tables: ["sales.orders"] })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    const { findings } = await plan({ tables: ["sales.orders"] }, database);
    expect(findings).toMatchObject([{ code: "TARGET_NOT_EMPTY" }]);
  });
});
