import { backup, compareRestored, memoryStorage, openRepository, planRestore, restore } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { databaseOfNames } from "../../src/selection/database-in-names.ts";
import { type Setup, testServer } from "../support/server.ts";

const shopSql = `
  CREATE TABLE orders (id bigint PRIMARY KEY, what text);
  CREATE TABLE lines (orders bigint REFERENCES orders, n int);
  INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 2000) i;
  INSERT INTO lines SELECT i, i FROM generate_series(1, 2000) i`;

/** A physical backup of a server with two databases, of which one was emptied afterwards. */
async function lost(test: Parameters<typeof testServer>[0], setup: Setup) {
  const server = await testServer(test, setup);
  const shop = await server.create("shop");
  const other = await server.create("other");
  await server.query(shop, shopSql);
  await server.query(other, "CREATE TABLE t AS SELECT 1 AS a");
  const engine = postgres({ ...server.engineOptions("postgres"), physical: {} });
  const repository = await openRepository(memoryStorage(), { create: true });
  const { tools, servers } = server;
  const run = { tools, servers };
  const manifest = await backup(engine, { ...run, repository, target: "all", method: "physical" });
  await server.query(shop, "DROP TABLE lines; TRUNCATE orders");
  return { server, shop, other, engine, manifest, run, options: { ...run, repository, manifest } };
}

describe.for<Setup>(["15", "17", "18"])("a part of a physical backup of %s", { timeout: 180_000 }, (setup) => {
  it("is restored beside the live database, and is what it was", async (test) => {
    const { server, shop, engine, manifest, run, options } = await lost(test, setup);
    const wanted = { ...options, into: `${shop}_before`, select: { databases: [shop] } };
    const plan = await planRestore(engine, wanted);
    expect(plan).toMatchObject({ target: `${shop}_before`, findings: [] });
    expect(plan.steps[0]).toContain("throw-away server");
    const report = await restore(engine, wanted);
    expect(report).toMatchObject({ target: `${shop}_before`, movedAside: [] });
    const count = "SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM lines) AS lines";
    expect(await server.query(`${shop}_before`, count)).toEqual([{ orders: 2000, lines: 2000 }]);
    expect(await server.query(shop, "SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 0 }]);
    const same = await compareRestored(engine, { manifest, into: wanted.into }, report, run);
    expect(same).toMatchObject({ differences: [], rows: 4000 });
    await server.query(`${shop}_before`, "UPDATE orders SET what = 'other' WHERE id = 1");
    const changed = await compareRestored(engine, { manifest, into: wanted.into }, report, run);
    expect(changed.differences).toMatchObject([{ severity: "error", object: expect.stringContaining("orders") }]);
  });
});

describe("a part of a physical backup", { timeout: 180_000 }, () => {
  it("can be one table, named with its database, and takes the place of nothing", async (test) => {
    const { server, shop, other, engine, options } = await lost(test, "15");
    const select = { tables: [`${shop}.public.orders`] };
    const report = await restore(engine, { ...options, into: `${shop}_rescued`, select });
    expect(report.restored?.[0]?.expected.items.map(({ name }) => name)).toContain("public.orders");
    const tables = "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    expect(await server.query(`${shop}_rescued`, tables)).toEqual([{ name: "orders" }]);
    const before = await server.databases();
    for (const [wrong, code] of [
      [{ into: other, select }, "TARGET_NOT_EMPTY"],
      [{ into: other, select, force: true }, "TARGET_NOT_EMPTY"],
      [{ into: other, select: { databases: [shop] } }, "TARGET_NOT_EMPTY"],
      [{ into: "free", select: { tables: ["public.orders"] } }, "OPTIONS_INVALID"],
      [{ select }, "OPTIONS_INVALID"],
      [{ into: "free", select: { databases: [shop, other] } }, "OPTIONS_INVALID"],
      [{ into: "free", select: { databases: ["nowhere"] } }, "SOURCE_NOT_FOUND"],
    ] as const)
      await expect(restore(engine, { ...options, ...wrong }), code).rejects.toMatchObject({ code });
    expect(await server.databases()).toEqual(before);
  });
});

describe("the database in the name of a table", () => {
  it("is the selected one, quoted or not", () => {
    expect(databaseOfNames({ tables: ["app.public.a", 'app."odd.schema"."a b"'] })).toEqual({
      databases: ["app"],
      tables: ["public.a", '"odd.schema"."a b"'],
    });
    expect(databaseOfNames({ tables: ['"my app".public.a'] }).databases).toEqual(["my app"]);
  });

  it("may be missing, or be given apart", () => {
    for (const select of [
      { tables: ["public.a"] },
      { tables: ["a"] },
      { schemas: ["s"] },
      { databases: ["app"], tables: ["x.public.a"] },
    ])
      expect(databaseOfNames(select)).toEqual(select);
  });

  it("is one", () => {
    for (const tables of [
      ["app.public.a", "other.public.a"],
      ["app.public.a", "public.b"],
    ])
      expect(() => databaseOfNames({ tables })).toThrow("several databases");
  });
});
