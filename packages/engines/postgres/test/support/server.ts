import { randomBytes } from "node:crypto";
import type { RunContext } from "@dbsave/core";
import { containerServers, containerTools } from "@dbsave/exec";
import { type OwnServer, type ServerName, tryOwnServer } from "@dbsave/testbed";
import { Client } from "pg";
import { afterAll, onTestFinished, type TestContext } from "vitest";
import type { PostgresOptions } from "../../src/options.ts";
import { servers, type TestRunContext, testContext, tools } from "./context.ts";

/** A server and where the programs that go with it are: on this machine, or in the server's own container. */
export type Setup = keyof typeof setups;

const setups = {
  "15": { name: "postgres-15", isInside: false },
  "15 in its container": { name: "postgres-15", isInside: true },
  "17": { name: "postgres-17-timescale", isInside: true },
  "18": { name: "postgres-18-timescale", isInside: true },
} as const satisfies Readonly<Record<string, { name: ServerName; isInside: boolean }>>;

/** A real server for the tests of one file. What a test makes is dropped when the test has finished. */
export interface TestServer {
  readonly own: OwnServer;
  readonly password: string;
  /** Run the programs of this server's version. */
  readonly tools: RunContext["tools"];
  readonly servers: RunContext["servers"];
  context(signal?: AbortSignal): Promise<TestRunContext>;
  /** As superuser, or as a role that `role` made. */
  engineOptions(database: string, more?: PostgresOptions): PostgresOptions;
  url(database: string, user?: string): string;
  /** Rows as the driver gives them. */
  readonly query: (database: string, sql: string) => Promise<Record<string, unknown>[]>;
  /** A new empty database; its name holds `hint`. */
  create(hint?: string): Promise<string>;
  /** A new role that may log in with the password of this server; its name holds `hint`. */
  role(hint: string): Promise<string>;
  /** Every database whose name does not begin with `template`. */
  databases(): Promise<string[]>;
  /** Drops every database and role that is not there of old. */
  cleanUp(): Promise<void>;
}

const shared = new Map<Setup, Promise<TestServer | string>>();

/** The server of this test file; where none can be had, the test is skipped with the reason. */
export async function testServer(test: Pick<TestContext, "skip">, setup: Setup = "15"): Promise<TestServer> {
  const found = await tryTestServer(setup);
  if (typeof found === "string") return test.skip(found);
  onTestFinished(() => found.cleanUp(), 60_000);
  return found;
}

/** As `testServer`, or the reason why it cannot be had. Nothing is dropped by itself. */
export async function tryTestServer(setup: Setup): Promise<TestServer | string> {
  const found = shared.get(setup) ?? open(setup);
  shared.set(setup, found);
  return await found;
}

/** One more server like that of the test, gone when it is disposed. */
export async function anotherServer(
  test: Pick<TestContext, "skip">,
  setup: Setup = "15",
): Promise<TestServer & AsyncDisposable> {
  const found = await open(setup);
  if (typeof found === "string") return test.skip(found);
  return { ...found, [Symbol.asyncDispose]: () => found.own[Symbol.asyncDispose]() };
}

afterAll(async () => {
  for (const found of shared.values()) {
    const server = await found;
    if (typeof server === "object") await server.own[Symbol.asyncDispose]();
  }
});

async function open(setup: Setup): Promise<TestServer | string> {
  const { name, isInside } = setups[setup];
  const own = await tryOwnServer(name);
  if (typeof own === "string") return own;
  if (!isInside) return await serverOn(own, { tools, servers });
  const { container } = own;
  if (container === undefined) return `needs ${name}: it is in no container that has its programs`;
  const { env } = process;
  const selector = { name: container.name };
  const inside = {
    tools: containerTools({ container: selector, env }),
    servers: containerServers({ like: selector, env }),
  };
  return await serverOn(own, inside, await own.address());
}

async function serverOn(
  own: OwnServer,
  programs: Pick<RunContext, "tools" | "servers">,
  { host, port }: { readonly host: string; readonly port: number } = own,
): Promise<TestServer> {
  const { user: superuser, password } = own;
  const query: TestServer["query"] = async (database, sql) => {
    const client = new Client({ host: own.host, port: own.port, user: superuser, password, database });
    client.on("error", () => {}); // tests end sessions and servers: the query tells
    await client.connect();
    try {
      const result: unknown = await client.query(sql);
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last as { rows: Record<string, unknown>[] }).rows;
    } finally {
      await client.end();
    }
  };
  const column = async (sql: string): Promise<string[]> =>
    (await query("postgres", sql)).map(({ name }) => String(name));
  const databases = () => column("SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1");
  const roles = () => column("SELECT rolname AS name FROM pg_roles ORDER BY oid DESC");
  const ofOld = new Set([...(await databases()), ...(await roles())]);
  const isNew = (name: string): boolean => !ofOld.has(name);
  return {
    own,
    password,
    ...programs,
    context: (signal) => testContext({ ...programs, ...(signal && { signal }) }),
    query,
    databases,
    engineOptions: (database, more = {}) => ({ host, port, user: superuser, password, database, ...more }),
    url: (database, user = superuser) =>
      `postgres://${user}:${password}@${own.host}:${own.port}/${encodeURIComponent(database)}`,
    async create(hint = "db") {
      const name = `${hint}_${randomBytes(4).toString("hex")}`;
      await query("postgres", `CREATE DATABASE ${quoted(name)}`);
      return name;
    },
    async role(hint) {
      const name = `${hint}_${randomBytes(4).toString("hex")}`;
      await query("postgres", `CREATE ROLE ${quoted(name)} LOGIN PASSWORD '${password}'`);
      return name;
    },
    async cleanUp() {
      for (const name of (await databases()).filter(isNew))
        await query("postgres", `DROP DATABASE ${quoted(name)} WITH (FORCE)`);
      for (const name of (await roles()).filter(isNew))
        await query("postgres", `DROP OWNED BY ${quoted(name)}; DROP ROLE ${quoted(name)}`);
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
