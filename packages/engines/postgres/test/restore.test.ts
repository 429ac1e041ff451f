import { Readable } from "node:stream";
import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { sampleSql } from "./support/sample-database.ts";
import { testServer } from "./support/server.ts";
import { sourceOf, take } from "./support/taken.ts";

describe("a restore", () => {
  it("fails where pg_restore alone would ignore that a table lost all its rows, and leaves no database", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      `CREATE TABLE readings (value int); INSERT INTO readings SELECT generate_series(1, 1000);
         ALTER TABLE readings ADD CONSTRAINT negative CHECK (value < 0) NOT VALID`,
    );
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    await engine.restore({ into: `${database}_good`, force: false }, source, ctx); // NOT VALID comes after the data

    await server.query(
      database,
      `CREATE FUNCTION refuse(v int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT current_database() = ''${database}''';
         CREATE TABLE picky (value int CHECK (public.refuse(value))); INSERT INTO picky SELECT generate_series(1, 1000)`,
    );
    const bad = await take(engine, ctx);
    const before = await server.databases();
    await expect(engine.restore({ into: `${database}_bad`, force: false }, bad.source, ctx)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringContaining("picky"),
    });
    expect(await server.databases()).toEqual(before);
  });

  it("gives the database its owner, rights, settings, comment and limit back", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    const role = `owner_${database}`;
    await server.query(
      database,
      `CREATE ROLE ${role}; CREATE ROLE guest_${database};
         ALTER DATABASE ${database} OWNER TO ${role}; ALTER DATABASE ${database} CONNECTION LIMIT 7;
         REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC; GRANT TEMP ON DATABASE ${database} TO guest_${database} WITH GRANT OPTION;
         COMMENT ON DATABASE ${database} IS 'it''s \\ ours';
         ALTER DATABASE ${database} SET search_path = public, "Odd Path"; ALTER DATABASE ${database} SET default_transaction_read_only = on;
         ALTER ROLE ${role} IN DATABASE ${database} SET work_mem = '5MB'; ALTER DATABASE ${database} SET my.setting = 'a=b, c'`,
    );
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source, facts } = await take(engine, ctx);
    const into = `${database}_copy`;
    await engine.restore({ into, force: false }, source, ctx);
    await using restored = postgres(server.engineOptions(into));
    const items = facts.fingerprint?.items.filter(({ kind }) => kind === "setting") ?? [];
    const { algorithm, items: found } = await restored.fingerprint(ctx);
    const settings = { algorithm, items: found.filter(({ kind }) => kind === "setting") };
    expect(compareFingerprints({ algorithm, items }, settings)).toEqual([]);
    const [row] = await server.query(
      "postgres",
      `SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = '${into}' AND setrole = 0`,
    );
    expect(row?.["setconfig"]).toContain('search_path=public, "Odd Path"');
  });

  it("creates the roles that are missing, and leaves those that exist as they are", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    const [old, gone] = [`old_${database}`, `gone "${database}"`];
    await server.query(
      database,
      `CREATE ROLE ${old} LOGIN; CREATE ROLE "${gone.replaceAll('"', '""')}" CREATEDB; COMMENT ON ROLE ${old} IS 'a; b -- c';
         GRANT ${old} TO "${gone.replaceAll('"', '""')}"; CREATE TABLE t (a int); ALTER TABLE t OWNER TO "${gone.replaceAll('"', '""')}"`,
    );
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    await server.query(database, `DROP TABLE t; DROP ROLE "${gone.replaceAll('"', '""')}"; ALTER ROLE ${old} NOLOGIN`);
    const report = await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
    expect(report.details).toMatchObject({ rolesCreated: 1, tablespacesMissing: 0 });
    const notes = ctx.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes).toContain(`created 1 role (${gone})`);
    expect(notes).toContainEqual(expect.stringMatching(/^left \d+ roles? \(.*as they are/));
    expect(report.details["globalsLeft"]).toBeGreaterThan(1);
    const roles = await server.query(
      "postgres",
      `SELECT rolcanlogin, rolcreatedb, pg_has_role(oid, '${old}', 'MEMBER') AS member FROM pg_roles
         WHERE rolname IN ('${old}', '${gone}') ORDER BY rolname = '${old}'`,
    );
    expect(roles).toEqual([
      { rolcanlogin: false, rolcreatedb: true, member: true },
      { rolcanlogin: false, rolcreatedb: false, member: true },
    ]);
  });

  it("drops the roles and databases it made when the dump breaks off", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    const role = `made_${database}`;
    await server.query(
      database,
      `CREATE ROLE ${role}; CREATE TABLE t AS SELECT generate_series(1, 1000); ALTER TABLE t OWNER TO ${role}`,
    );
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source, facts, artifacts } = await take(engine, ctx);
    await server.query(database, `DROP TABLE t; DROP ROLE ${role}`);
    const before = await server.databases();
    const cut = new Map(artifacts);
    const dump = artifacts.get(`${database}.dump`) ?? Buffer.alloc(0);
    cut.set(`${database}.dump`, dump.subarray(0, dump.length - 200));
    const broken = engine.restore({ into: `${database}_x`, force: false }, sourceOf(facts, cut), ctx);
    await expect(broken).rejects.toMatchObject({ code: "TOOL_FAILED" });
    const lost = {
      ...source,
      open: async (name: string) => (name.endsWith(".dump") ? failing(dump) : await source.open(name)),
    };
    await expect(engine.restore({ into: `${database}_x`, force: false }, lost, ctx)).rejects.toThrow("connection lost");
    expect(await server.databases()).toEqual(before);
    expect(await server.query("postgres", `SELECT FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
  });

  it("refuses with TARGET_BUSY while somebody uses the database it must rename, and changes nothing", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, "CREATE TABLE t (a int)");
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    const before = await server.databases();
    const user = server.query(database, "SELECT pg_sleep(20)").catch((error: Error) => error.message);
    const isThere = `SELECT FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE '%pg_sleep%'`;
    while ((await server.query("postgres", isThere)).length === 0);
    const [plan] = (await engine.planRestore({ force: true }, source, ctx)).findings;
    expect(plan).toMatchObject({
      code: "TARGET_BUSY",
      message: expect.stringMatching(/a program without a name \(pid \d+, role/),
    });
    await expect(engine.restore({ force: true }, source, ctx)).rejects.toMatchObject({ code: "TARGET_BUSY" });
    await server.query("postgres", plan?.fix?.replace(/^.*: /, "") ?? "no SQL was given");
    expect(await user).toMatch(/terminating|terminated/);
    expect(await server.databases()).toEqual(before);
  });

  it("leaves statistics behind, so that the first queries are planned well", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, sampleSql);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
    const [row] = await server.query(
      `${database}_copy`,
      "SELECT count(*) > 0 AS some FROM pg_stats WHERE tablename = 'customers'",
    );
    expect(row).toEqual({ some: true });
  });
});

function failing(bytes: Buffer): Readable {
  return Readable.from(
    (function* () {
      yield bytes;
      throw new Error("connection lost");
    })(),
    { objectMode: false },
  );
}

it("what was in a tablespace that cannot be here goes where the database is, and every other error of the globals ends it", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t AS SELECT 1 AS a");
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const { facts, artifacts } = await take(engine, ctx);
  const withGlobals = (sql: string) =>
    sourceOf(facts, new Map([...artifacts, ["globals.sql", Buffer.from(`CREATE ROLE postgres;\n${sql}\n`)]]));
  const request = { into: `${database}_copy`, force: false };
  const broken = withGlobals("CREATE ROLE made_for_nothing;\nALTER ROLE made_for_nothing NO SUCH WORD;");
  await expect(engine.restore(request, broken, ctx)).rejects.toMatchObject({ code: "RESTORE_FAILED" });
  expect(await server.query("postgres", "SELECT FROM pg_roles WHERE rolname = 'made_for_nothing'")).toEqual([]);
  const moved = withGlobals("CREATE TABLESPACE fast OWNER postgres LOCATION '/no/such/directory';");
  const report = await engine.restore(request, moved, ctx);
  expect(report.details).toMatchObject({ tablespacesMissing: 1, rolesCreated: 0, globalsLeft: 1 });
});
