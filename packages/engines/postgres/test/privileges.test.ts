import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { grantReading } from "../src/privileges/grant-reading.ts";
import { type TestServer, testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

/** Something of everything that a role may be kept from. */
async function closedDatabase(server: TestServer): Promise<string> {
  const database = await server.create('it\'s "closed"');
  await server.query(
    database,
    `CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT 1 AS a; CREATE SEQUENCE hidden.s;
     CREATE TABLE filtered (a int); ALTER TABLE filtered ENABLE ROW LEVEL SECURITY; INSERT INTO filtered VALUES (1);
     SELECT lo_from_bytea(0, 'large')`,
  );
  await server.query("postgres", `REVOKE CONNECT ON DATABASE "${database.replaceAll('"', '""')}" FROM PUBLIC`);
  return database;
}

describe.each(["15", "18"] as const)("on %s a role with no rights", (setup) => {
  it("can back up everything after the SQL that doctor prints was run as it is", async (test) => {
    const server = await testServer(test, setup);
    const database = await closedDatabase(server);
    const user = await server.role("backup");
    await using engine = postgres(server.engineOptions(database, { user }));
    await using ctx = await server.context();
    const statements = async () => (await engine.probe(ctx)).findings.flatMap(({ statements: own = [] }) => own);
    const first = await statements();
    expect(first).toContain(`GRANT pg_read_all_data TO "${user}";`);
    await server.own.sql(first.join("\n"));
    const second = await statements(); // what was behind the closed door
    expect(second.map((statement) => statement.replace(`"${user}"`, "backup"))).toEqual([
      "ALTER ROLE backup BYPASSRLS;",
      "ALTER ROLE backup SET lo_compat_privileges = on;",
    ]);
    await server.own.sql(second.join("\n"));
    const { findings } = await engine.probe(ctx);
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    await engine.save(ctx);
    const { facts } = await take(engine, ctx);
    await using superuser = postgres(server.engineOptions(database));
    expect(facts.fingerprint).toEqual(await superuser.fingerprint(ctx));
  });
});

it("before 14 the SQL covers what is there and what its owners will make", async (test) => {
  const server = await testServer(test);
  const database = await server.create('it\'s "old"');
  const [role, owner] = [await server.role("backup"), await server.role("owner")];
  await server.query(
    database,
    `CREATE SCHEMA "S t"; GRANT ALL ON SCHEMA "S t" TO ${owner}; SET ROLE ${owner}; CREATE TABLE "S t".a (id serial)`,
  );
  const grants = grantReading({ role, major: 13, database, schemas: ["S t"], owners: [owner] });
  await server.own.sql(grants.join("\n"));
  await server.query(database, `SET ROLE ${owner}; CREATE TABLE "S t".later (id serial)`);
  await using engine = postgres(server.engineOptions(database, { user: role }));
  await using ctx = await server.context();
  const { findings } = await engine.probe(ctx);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
});
