import { compareFingerprints, type Fingerprint } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { type TestServer, testServer } from "./support/server.ts";

/** Type, two values that a comparison or a hash of the server takes for one or that lie close to each other. */
const pairs: readonly (readonly [type: string, one: string, other: string])[] = [
  ["int4", "0", "NULL"],
  ["int8", "0", "4294967297"],
  ["int8", "-1", "-4294967297"],
  ["int8", "4294967296", "1"],
  ["bool", "false", "NULL"],
  ["text", "''", "NULL"],
  ["text", "'a'", "'a '"],
  ["text COLLATE blind", "'a'", "'A'"],
  ["varchar(9)", "'a'", "'a '"],
  ["bpchar", "'a'", "'a '"],
  ["char(3)", "'a'", "'b'"],
  ["numeric", "1.0", "1.00"],
  ["numeric(9, 2)", "-5", "5"],
  ["numeric", "'NaN'", "NULL"],
  ["float8", "'-0'", "0"],
  ["float4", "'NaN'", "0"],
  ["float8", "0.1", "0.10000000000000002"],
  ["interval", "'1 month'", "'30 days'"],
  ["interval", "'1 day'", "'24 hours'"],
  ["timestamptz", "'2024-01-01 00:00:00Z'", "'2024-01-01 00:00:00.000001Z'"],
  ["timestamp", "'infinity'", "'-infinity'"],
  ["timestamp", "'epoch'", "NULL"],
  ["date", "'infinity'", "'2024-01-01'"],
  ["timetz", "'10:00+02'", "'08:00Z'"],
  ["bytea", String.raw`'\x00'`, String.raw`'\x0000'`],
  ["bytea", String.raw`'\x'`, "NULL"],
  ["uuid", "'00000000-0000-0000-0000-000000000000'", "NULL"],
  ["json", "'{\"a\": 1}'", "'{\"a\":1}'"],
  ["jsonb", "'{\"a\": 1.0}'", "'{\"a\": 1.00}'"],
  ["xml", "'<a/>'", "'<a></a>'"],
  ["point", "'(0,0)'", "'(0,1)'"],
  ["bit(3)", "'101'", "'100'"],
  ["tsvector", "'a:1'", "'a:2'"],
  ["inet", "'10.0.0.1/8'", "'10.0.0.1/9'"],
  ["int4[]", "'{1,NULL}'", "'{1,0}'"],
  ["int4[]", "'[0:1]={1,2}'", "'{1,2}'"],
  ["text[]", "'{}'", "NULL"],
  ["int4range", "'empty'", "'[1,1]'"],
  ["mood", "'sad'", "'glad'"],
  ["mail", "'a'", "'a '"],
  ["pair", "'(,)'", "NULL"],
  ["pair", "'(,\"\")'", "'(,)'"],
  ["regtype", "'int4'", "'int8'"],
];

const typesSql = `
  CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN mail AS bpchar; CREATE TYPE pair AS (a int, b text);`;

it("two values that are not written alike never have the same digest", async (test) => {
  const tables = pairs.map(
    ([type, one, other], index) =>
      `CREATE TABLE one_${index} (v ${type}); INSERT INTO one_${index} VALUES (${one});
       CREATE TABLE other_${index} (v ${type}); INSERT INTO other_${index} VALUES (${other});`,
  );
  const digests = await digestsOf(await testServer(test), typesSql + tables.join("\n"));
  const alike = pairs.filter((_, index) => digests.get(`one_${index}`) === digests.get(`other_${index}`));
  expect(alike).toEqual([]);
});

it("the digest of a table sees values that changed places, and doubled rows, but not the order of rows", async (test) => {
  const digests = await digestsOf(
    await testServer(test),
    `CREATE TABLE plain AS SELECT i AS a, i * 10 AS b FROM generate_series(1, 4) i;
     CREATE TABLE reversed AS SELECT i AS a, i * 10 AS b FROM generate_series(4, 1, -1) i;
     CREATE TABLE crossed AS SELECT i AS a, (5 - i) * 10 AS b FROM generate_series(1, 4) i;
     CREATE TABLE swapped AS SELECT i * 10 AS a, i AS b FROM generate_series(1, 4) i;
     CREATE TABLE twice_one AS SELECT 1 AS a, 10 AS b FROM generate_series(1, 4);
     CREATE TABLE twice_two AS SELECT 2 AS a, 20 AS b FROM generate_series(1, 4);
     CREATE TABLE null_first (a int, b int); INSERT INTO null_first VALUES (NULL, 0);
     CREATE TABLE null_last (a int, b int); INSERT INTO null_last VALUES (0, NULL)`,
  );
  expect(digests.get("reversed")).toBe(digests.get("plain"));
  const others = ["plain", "crossed", "swapped", "twice_one", "twice_two", "null_first", "null_last"];
  expect(new Set(others.map((name) => digests.get(name))).size).toBe(others.length);
});

it("columns may stand in another order, as a restore of an inherited table may place them", async (test) => {
  const digests = await digestsOf(
    await testServer(test),
    `CREATE TABLE one_way (a int, b text, c date); INSERT INTO one_way VALUES (1, 'x', '2024-01-01');
     CREATE TABLE other_way (c date, a int, b text); INSERT INTO other_way VALUES ('2024-01-01', 1, 'x')`,
  );
  expect(digests.get("other_way")).toBe(digests.get("one_way"));
});

it("a table may have as many columns as a server takes, or none", async (test) => {
  const columns = Array.from({ length: 1600 }, (_, index) => `c${index} ${index % 2 === 0 ? "int" : "bool"}`);
  const digests = await digestsOf(
    await testServer(test),
    `CREATE TABLE wide (${columns.join(", ")}); INSERT INTO wide (c0) VALUES (1);
     CREATE TABLE narrow (); INSERT INTO narrow DEFAULT VALUES`,
  );
  expect([...digests.keys()].toSorted()).toEqual(["narrow", "wide"]);
});

it("a change of one value in a thousand rows is a difference that names the table", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t AS SELECT i, i::text AS s, now() AS at FROM generate_series(1, 1000) i");
  const before = await fingerprintOf(server, database);
  await server.query(database, "UPDATE t SET at = at + interval '1 microsecond' WHERE i = 500");
  expect(compareFingerprints(before, await fingerprintOf(server, database))).toEqual([
    expect.objectContaining({ object: "table public.t" }),
  ]);
});

/** By the names of the tables that `sql` makes in the schema public. */
async function digestsOf(server: TestServer, sql: string): Promise<ReadonlyMap<string, string>> {
  const database = await server.create();
  await server.query(database, sql);
  const { items } = await fingerprintOf(server, database);
  const tables = items.filter(({ kind }) => kind === "table");
  return new Map(tables.map(({ name, hash }) => [name.replace("public.", ""), hash]));
}

async function fingerprintOf(server: TestServer, database: string): Promise<Fingerprint> {
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await testContext();
  return await engine.fingerprint(ctx);
}
