import { compareFingerprints, type ToolRunner } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext, tools } from "./support/context.ts";
import { sampleSql } from "./support/sample-database.ts";
import { type TestServer, testServer } from "./support/server.ts";
import { memorySink, take } from "./support/taken.ts";

describe("a backup", () => {
  it("fails with the GRANT that is missing when the role cannot read one table, before it writes anything", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      `CREATE TABLE open_one (a int); CREATE TABLE "Hidden" (a int);
         CREATE ROLE reader_${database} LOGIN PASSWORD '${server.password}'; GRANT SELECT ON open_one TO reader_${database}`,
    );
    await using engine = postgres(server.engineOptions(database, { user: `reader_${database}` }));
    await using ctx = await testContext();
    const sink = memorySink();
    const hint = `GRANT pg_read_all_data TO "reader_${database}";`;
    await expect(engine.backup({ kind: "full" }, sink, ctx)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining('"Hidden"'),
      hint,
    });
    expect(sink.stored.size).toBe(0);
    const { findings } = await engine.probe(ctx);
    expect(findings).toContainEqual(expect.objectContaining({ code: "PERMISSION_DENIED", fix: hint }));
  });

  it("fails with BYPASSRLS as the remedy when row security hides rows from the role", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      `CREATE TABLE secret_rows (a int); ALTER TABLE secret_rows ENABLE ROW LEVEL SECURITY; INSERT INTO secret_rows VALUES (1);
         CREATE ROLE blind_${database} LOGIN PASSWORD '${server.password}'; GRANT pg_read_all_data TO blind_${database}`,
    );
    await using engine = postgres(server.engineOptions(database, { user: `blind_${database}` }));
    await using ctx = await testContext();
    await expect(engine.backup({ kind: "full" }, memorySink(), ctx)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      hint: `ALTER ROLE "blind_${database}" BYPASSRLS;`,
    });
    await expect(engine.fingerprint(ctx)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  it("by a role that is no superuser holds the roles without their passwords, and says so", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      `CREATE ROLE plain_${database} LOGIN PASSWORD '${server.password}'; GRANT pg_read_all_data TO plain_${database}`,
    );
    await using engine = postgres(server.engineOptions(database, { user: `plain_${database}` }));
    await using ctx = await testContext();
    const { facts, artifacts } = await take(engine, ctx);
    expect(artifacts.get("globals.sql")?.toString()).not.toMatch(/PASSWORD/);
    expect(facts.details["rolePasswords"]).toBe(false);
    expect(ctx.events).toContainEqual({ type: "note", message: expect.stringContaining("no superuser") });
  });

  it("fails and stores no dump when pg_dump is killed in its middle", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 30000) i",
    );
    await using engine = postgres(server.engineOptions(database, { tools: killing(database, server.query) }));
    await using ctx = await testContext();
    const sink = memorySink();
    await expect(engine.backup({ kind: "full" }, sink, ctx)).rejects.toMatchObject({ code: "TOOL_FAILED" });
    expect([...sink.stored.keys()]).toEqual([]);
  });

  it("never puts a password or a name of a database where `ps` shows it as something else", async (test) => {
    const server = await testServer(test);
    const database = await server.create("a=b postgres:__c'\\d");
    const seen: (readonly string[])[] = [];
    const watched: ToolRunner = {
      run: (tool, args, options) => {
        seen.push([tool, ...args]);
        return tools.run(tool, args, options);
      },
    };
    await using engine = postgres(server.engineOptions(database, { tools: watched }));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    await engine.restore({ into: `${database} too`, force: false }, source, ctx);
    expect(seen.flat().join("\n")).not.toContain(server.password);
    expect(await server.databases()).toContain(`${database} too`);
  });

  it("of a database that others write to is one moment: it restores to its own fingerprint", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(
      database,
      "CREATE TABLE a (id serial PRIMARY KEY, n int); CREATE TABLE b (id serial PRIMARY KEY, n int)",
    );
    const writer = startWriter(server, database);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    for (let times = 0; times < 3; times += 1) {
      const { source, facts } = await take(engine, ctx);
      const into = `${database}_${times}`;
      await engine.restore({ into, force: false }, source, ctx);
      await using restored = postgres(server.engineOptions(into));
      expect(compareFingerprints(facts.fingerprint ?? never(), await restored.fingerprint(ctx))).toEqual([]);
      const [counts] = await server.query(into, "SELECT (SELECT count(*) FROM a) = (SELECT count(*) FROM b) AS equal");
      expect(counts).toEqual({ equal: true });
    }
    await writer.stop();
  });

  it("of several databases keeps each under its own name, and restores them all", async (test) => {
    const server = await testServer(test);
    const [one, two] = [await server.create("one"), await server.create('tw"o')];
    await server.query(one, sampleSql);
    await server.query(two, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)");
    await using engine = postgres(server.engineOptions("postgres", { databases: [one, two] }));
    await using ctx = await testContext();
    const { source, facts } = await take(engine, ctx);
    expect(await engine.inspect(source, ctx)).toEqual([]);
    await expect(engine.restore({ into: "x", force: false }, source, ctx)).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
    });
    await using scratch = (await engine.scratch?.(source.manifest, ctx)) ?? never();
    await scratch.engine.restore({ force: false }, source, ctx);
    expect(compareFingerprints(facts.fingerprint ?? never(), await scratch.engine.fingerprint(ctx))).toEqual([]);
  });

  it("of an empty database can be restored", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    const { source } = await take(engine, ctx);
    expect(await engine.inspect(source, ctx)).toEqual([]);
    await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
    expect(await server.databases()).toContain(`${database}_copy`);
  });
});

/** Commits the same number of rows to two tables, again and again. */
function startWriter({ query }: TestServer, database: string): { readonly stop: () => Promise<void> } {
  const rows = "(n) SELECT i FROM generate_series(1, 50) i";
  const stopping = new AbortController();
  const write = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await query(database, `BEGIN; INSERT INTO a ${rows}; INSERT INTO b ${rows}; COMMIT`);
    }
  };
  const written = write();
  return {
    stop: async () => {
      stopping.abort();
      await written;
    },
  };
}

/** Kills the backend of pg_dump once it has sent something. */
function killing(database: string, query: (database: string, sql: string) => Promise<unknown>): ToolRunner {
  return {
    run(tool, args, options) {
      const running = tools.run(tool, args, options);
      if (!tool.endsWith("pg_dump") || args.includes("--version")) return running;
      running.stdout.once("readable", () => {
        void query(
          "postgres",
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'dbsave' AND query LIKE 'COPY%'`,
        );
      });
      return running;
    },
  };
}

function never(): never {
  throw new Error("it is not there");
}
