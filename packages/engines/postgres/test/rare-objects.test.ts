import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { type Setup, testServer } from "./support/server.ts";
import { noFingerprint, take } from "./support/taken.ts";

const rareSql = `
  CREATE TABLE orders (id int PRIMARY KEY, note text, amount int); INSERT INTO orders VALUES (1, 'a', 1);
  CREATE TABLE lines (id int PRIMARY KEY);
  CREATE SCHEMA shop; CREATE TABLE shop.items (id int PRIMARY KEY);
  CREATE PUBLICATION chosen FOR TABLE orders (id, note) WHERE (id > 0);
  CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA shop;
  CREATE PUBLICATION everything FOR ALL TABLES;

  CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
  CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no DDL here'; END $$;
  CREATE EVENT TRIGGER watched ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION watch();

  CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
  CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far.invalid', dbname 'x');
  CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'canary-of-a-mapping');
  CREATE FOREIGN TABLE distant (id int OPTIONS (column_name 'key')) SERVER far OPTIONS (table_name 'there');
  CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
  CREATE FOREIGN TABLE passwd (line text) SERVER files OPTIONS (filename '/etc/hostname');

  CREATE COLLATION german (provider = icu, locale = 'de-DE');
  CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE names (name text COLLATE german, login text COLLATE careless PRIMARY KEY);
  INSERT INTO names VALUES ('Ärger', 'Bob'), ('Zorn', 'alice');

  CREATE TABLE measures (region text, at date, value int) PARTITION BY LIST (region);
  CREATE TABLE north PARTITION OF measures FOR VALUES IN ('n') PARTITION BY RANGE (at);
  CREATE TABLE north_2025 PARTITION OF north FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (value);
  CREATE TABLE north_2025_0 PARTITION OF north_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE north_2025_1 PARTITION OF north_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE north_rest PARTITION OF north DEFAULT;
  CREATE TABLE elsewhere PARTITION OF measures DEFAULT PARTITION BY LIST (region);
  CREATE TABLE elsewhere_rest PARTITION OF elsewhere DEFAULT;
  INSERT INTO measures SELECT (ARRAY['n', 's', NULL])[1 + i % 3], date '2024-12-01' + i, i FROM generate_series(1, 300) i;`;

/** What is done to a copy, and the objects whose items are not the same any more. */
const changes: readonly (readonly [sql: string, objects: readonly string[]])[] = [
  ["ALTER PUBLICATION chosen ADD TABLE lines", ["publication chosen"]],
  ["ALTER PUBLICATION chosen SET TABLE orders (id) WHERE (id > 0)", ["publication chosen"]],
  ["ALTER PUBLICATION chosen SET TABLE orders (id, note)", ["publication chosen"]],
  ["ALTER PUBLICATION of_schema SET TABLES IN SCHEMA public", ["publication of_schema"]],
  ["ALTER PUBLICATION everything SET (publish_via_partition_root = true)", ["publication everything"]],
  [
    `DROP EVENT TRIGGER watched;
     CREATE EVENT TRIGGER watched ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse()`,
    ["event trigger watched"],
  ],
  ["ALTER FOREIGN TABLE distant OPTIONS (SET table_name 'elsewhere')", ["foreign table public.distant"]],
  ["ALTER FOREIGN TABLE distant ALTER id OPTIONS (SET column_name 'other')", ["foreign table public.distant"]],
  ["DROP USER MAPPING FOR PUBLIC SERVER far", ["user mapping of public on far"]],
  [
    `ALTER TABLE names ALTER name TYPE text COLLATE "C"; DROP COLLATION german;
     CREATE COLLATION german (provider = icu, locale = 'sv-SE'); ALTER TABLE names ALTER name TYPE text COLLATE german`,
    ["collation public.german"],
  ],
  ["INSERT INTO measures VALUES ('n', '2025-06-01', 3)", ["public.north_2025_1"]],
  ["INSERT INTO measures VALUES ('nowhere', NULL, NULL)", ["public.elsewhere_rest"]],
];

describe.each<Setup>(["15", "18"])("with PostgreSQL %s", (setup) => {
  it("publications, event triggers, foreign tables, ICU collations and partitions of partitions come back, and no change of them is missed", {
    timeout: 120_000,
  }, async (test) => {
    const server = await testServer(test, setup);
    const database = `icu ${(await server.create()).slice(3)}`;
    await server.query(
      "postgres",
      `CREATE DATABASE "${database}" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv-SE' LOCALE 'C.UTF-8'`,
    );
    await server.query(database, rareSql);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await server.context();
    const { facts, source } = await take(engine, ctx);
    expect(JSON.stringify(facts)).not.toContain("canary");
    const into = `${database} copy`;
    await engine.restore({ into, force: false }, source, ctx);
    await using restored = engine.at(into);
    let before = await restored.fingerprint(ctx);
    expect(compareFingerprints(facts.fingerprint ?? noFingerprint, before)).toEqual([]);
    for (const [sql, objects] of changes) {
      await server.query(into, sql);
      const after = await restored.fingerprint(ctx);
      const seen = compareFingerprints(before, after).map(({ object }) => object.replace(/^(schema|table) /, ""));
      expect(seen, sql).toEqual(objects);
      before = after;
    }
  });
});
