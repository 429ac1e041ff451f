import { compareFingerprints } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testServer } from "./support/server.ts";
import { noFingerprint, take } from "./support/taken.ts";

const cases: readonly (readonly [what: string, sql: string])[] = [
  [
    "a column that a child had before its parent got it",
    "CREATE TABLE parent (a int); CREATE TABLE child (own text) INHERITS (parent); ALTER TABLE parent ADD COLUMN later date",
  ],
  [
    "a table that was made a child when it had its columns",
    "CREATE TABLE parent (a int); CREATE TABLE child (own text, a int); ALTER TABLE child INHERIT parent",
  ],
  [
    "a comment on a column behind one that was dropped",
    "CREATE TABLE t (gone int, kept int); ALTER TABLE t DROP COLUMN gone; COMMENT ON COLUMN t.kept IS 'stays'",
  ],
  [
    "a policy for roles in another order than they were made in",
    `CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
     CREATE POLICY mine ON t TO pg_read_all_settings, pg_monitor, pg_read_all_data`,
  ],
];

it.for(cases)("a database is restored to the same fingerprint with %s", async ([, sql], test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, sql);
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const { facts, source } = await take(engine, ctx);
  const into = `${database}_copy`;
  await engine.restore({ into, force: false }, source, ctx);
  await using restored = engine.at(into);
  expect(compareFingerprints(facts.fingerprint ?? noFingerprint, await restored.fingerprint(ctx))).toEqual([]);
});
