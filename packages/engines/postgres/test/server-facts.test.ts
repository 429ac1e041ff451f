import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { findTool } from "../src/tools/find-tool.ts";
import { testContext, tools } from "./support/context.ts";
import { testServer } from "./support/server.ts";

describe("a save", () => {
  it("proves itself by a newer checkpoint in the control file", async (test) => {
    const server = await testServer(test);
    await using engine = postgres(server.engineOptions("postgres"));
    await using ctx = await testContext();
    const [before] = await server.query("postgres", "SELECT pg_current_wal_lsn()::text AS lsn");
    const { details } = await engine.save(ctx);
    const [row] = await server.query(
      "postgres",
      `SELECT '${String(details["after"])}'::pg_lsn >= '${String(before?.["lsn"])}' AS newer`,
    );
    expect(row).toEqual({ newer: true });
    expect(details["after"]).not.toBe(details["before"]);
  });

  it("fails with the GRANT for a role that may not, and works with exactly that GRANT", async (test) => {
    const server = await testServer(test);
    const role = await server.role("saver");
    await using engine = postgres(server.engineOptions("postgres", { user: role }));
    await using ctx = await testContext();
    const grant = `GRANT pg_checkpoint TO "${role}";`;
    await expect(engine.save(ctx)).rejects.toMatchObject({ code: "SAVE_FAILED", hint: `Run: ${grant}` });
    expect((await engine.probe(ctx)).findings).toContainEqual(
      expect.objectContaining({ fix: grant, severity: "warning" }),
    );
    await server.query("postgres", grant);
    expect((await engine.save(ctx)).proof).toMatch(/^checkpoint /);
  });
});

describe("a connection", () => {
  it.each([
    ["nobody who listens", { host: "127.0.0.1", port: 1 }, "CONNECT_FAILED"],
    ["no such socket", { host: "/nowhere" }, "CONNECT_FAILED"],
  ])("to %s fails with its code", async (_what, place, code) => {
    await using engine = postgres({ ...place, password: "hunter2" });
    await using ctx = await testContext();
    await expect(engine.probe(ctx)).rejects.toMatchObject({ code, message: expect.not.stringContaining("hunter2") });
  });

  it("to a database that is not there, or as a role that is not there, fails with its code", async (test) => {
    const server = await testServer(test);
    await using ctx = await testContext();
    await using missing = postgres(server.engineOptions("no_such_database"));
    await expect(missing.probe(ctx)).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    await using unknown = postgres(server.engineOptions("postgres", { user: "no_such_role" }));
    await expect(unknown.probe(ctx)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await using one = postgres(server.engineOptions("postgres", { databases: ["no_such_database"] }));
    await expect(one.fingerprint(ctx)).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });
});

describe("a probe", () => {
  it("names an invalid index, which a dump would leave out silently", async (test) => {
    const server = await testServer(test);
    const database = await server.create();
    await server.query(database, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
    await server.query(database, "CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)").catch(() => undefined);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await testContext();
    expect((await engine.probe(ctx)).findings).toContainEqual(
      expect.objectContaining({ severity: "warning", fix: "REINDEX INDEX CONCURRENTLY public.broken;" }),
    );
  });
});

describe("a tool", () => {
  it("that is older than the server is refused with its version", async (test) => {
    await testServer(test);
    const query = { tools, binDirectory: "/usr/lib/postgresql/15/bin", signal: new AbortController().signal };
    await expect(findTool("pg_dump", 18, query)).rejects.toMatchObject({
      code: "TOOL_MISSING",
      message: expect.stringMatching(/pg_dump: version 18 or newer is needed, .* is 15\./),
    });
    await expect(findTool("pg_dump", 18, { ...query, binDirectory: "/nowhere" })).rejects.toMatchObject({
      code: "TOOL_MISSING",
      message: expect.stringContaining("there is none"),
    });
  });
});
