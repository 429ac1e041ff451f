import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

/** True only in the database that it is made in. */
const athome = (database: string): string =>
  `CREATE FUNCTION athome() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT current_database() = ''${database}''';
   CREATE FUNCTION insist() RETURNS int LANGUAGE plpgsql AS $$ BEGIN ASSERT public.athome(), 'elsewhere'; RETURN 1; END $$;`;

it.for([
  [
    "a domain whose check fails there",
    "CREATE DOMAIN d AS int CHECK (public.athome()); CREATE TABLE lost AS SELECT 1::d AS a",
  ],
  ["a materialised view that cannot be filled there", "CREATE MATERIALIZED VIEW lost AS SELECT public.insist() AS a"],
  [
    "rows that a foreign key forbids",
    `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE lost (p int REFERENCES p);
     ALTER TABLE lost DISABLE TRIGGER ALL; INSERT INTO lost VALUES (1); ALTER TABLE lost ENABLE TRIGGER ALL`,
  ],
] as const)(
  "a restore fails where pg_restore alone would ignore %s, and leaves no database",
  { timeout: 120_000 },
  async ([, sql], test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, `${athome(database)} ${sql}`);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await server.context();
    const { source } = await take(engine, ctx);
    const before = await server.databases();
    await expect(engine.restore({ into: `${database}_copy`, force: false }, source, ctx)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringMatching(/lost|elsewhere|violates/),
    });
    expect(await server.databases()).toEqual(before);
  },
);
