import { randomBytes } from "node:crypto";
import { isDbsaveError, type Manifest } from "@dbsave/core";
import { Client } from "pg";
import { afterAll, type TestContext } from "vitest";
import { type ParsedOptions, type PostgresOptions, parseOptions } from "../../src/options.ts";
import { startScratchServer } from "../../src/scratch.ts";
import { testContext } from "./context.ts";

/** A real server that the tests of one file share; each test makes databases of its own. */
export interface TestServer extends AsyncDisposable {
  readonly options: ParsedOptions;
  engineOptions(database: string, more?: PostgresOptions): PostgresOptions;
  /** Rows as the driver gives them. */
  readonly query: (database: string, sql: string) => Promise<Record<string, unknown>[]>;
  /** A new empty database; its name holds `hint`. */
  create(hint?: string): Promise<string>;
  /** Every database whose name does not begin with `template`. */
  databases(): Promise<string[]>;
}

const needed = process.env["DBSAVE_TEST_REQUIRE"]?.split(",").includes("postgres") === true;

let shared: Promise<TestServer | string> | undefined;

/** The server of this test file; where none can be had, the test is skipped with the reason. */
export async function testServer(test: Pick<TestContext, "skip">): Promise<TestServer> {
  shared ??= tryTestServer();
  const found = await shared;
  return typeof found === "string" ? test.skip(found) : found;
}

afterAll(async () => {
  const found = await shared;
  if (typeof found === "object") await found[Symbol.asyncDispose]();
});

/** From DBSAVE_TEST_POSTGRES_URL, else a throw-away one of the programs of this machine; else the reason why there is none. */
export async function tryTestServer(major = 15): Promise<TestServer | string> {
  const url = process.env["DBSAVE_TEST_POSTGRES_URL"];
  if (url !== undefined) return serverOn(parseOptions({ url }), async () => {});
  const ctx = await testContext();
  const details = {
    databases: '["postgres"]',
    names: "plain",
    serverVersion: String(major),
    bootstrapRole: "postgres",
  };
  try {
    const server = await startScratchServer(parseOptions({}), { id: "test", details } as unknown as Manifest, ctx);
    return serverOn({ ...server.options, isIsolated: false, globals: "missing" }, async () => {
      await server[Symbol.asyncDispose]();
      await ctx[Symbol.asyncDispose]();
    });
  } catch (error) {
    await ctx[Symbol.asyncDispose]();
    if (needed || !isDbsaveError(error, "TOOL_MISSING")) throw error;
    return `needs postgresql: ${error.message}`;
  }
}

function serverOn(options: ParsedOptions, dispose: () => Promise<void>): TestServer {
  const { host, port, user, password } = options;
  const query: TestServer["query"] = async (database, sql) => {
    const client = new Client({ host, port, user, password: password?.reveal() ?? "", database });
    await client.connect();
    try {
      const result: unknown = await client.query(sql);
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last as { rows: Record<string, unknown>[] }).rows;
    } finally {
      await client.end();
    }
  };
  return {
    options,
    query,
    engineOptions: (database, more = {}) => ({ host, port, user, ...(password && { password }), database, ...more }),
    async create(hint = "db") {
      const name = `${hint}_${randomBytes(4).toString("hex")}`;
      await query("postgres", `CREATE DATABASE "${name.replaceAll('"', '""')}"`);
      return name;
    },
    [Symbol.asyncDispose]: dispose,
    async databases() {
      const rows = await query("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1");
      return rows.map(({ datname }) => String(datname));
    },
  };
}
