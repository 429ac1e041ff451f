import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, RunContext } from "@dbsave/core";
import { containerServers, containerTools } from "@dbsave/exec";
import { type OwnServer, type ServerName, tryOwnServer } from "@dbsave/testbed";
import { afterAll, onTestFinished, type TestContext } from "vitest";
import type { TimescaledbOptions } from "../../src/options.ts";

export const setups = ["17", "18"] as const;
export type Setup = (typeof setups)[number];

/** A real server with TimescaleDB; its programs, and those of its throw-away servers, are in its container. */
export interface TimescaleServer extends Pick<RunContext, "tools" | "servers">, AsyncDisposable {
  readonly major: Setup;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  /** Whether continuous aggregates, compression and policies are in it: what Debian packages has none of these. */
  readonly isCommunity: boolean;
  options(database: string, more?: TimescaledbOptions): TimescaledbOptions;
  /** As superuser; rows with `|` between columns. */
  sql(statements: string, database?: string): Promise<string>;
  /** A new database with the extension; its name begins with `hint`. */
  create(hint?: string): Promise<string>;
  databases(): Promise<readonly string[]>;
  context(signal?: AbortSignal): Promise<TestRunContext>;
}

interface TestRunContext extends RunContext, AsyncDisposable {
  readonly events: readonly EngineEvent[];
}

const shared = new Map<Setup, Promise<TimescaleServer | string>>();

/** The server of this test file; where none can be had, the test is skipped with the reason. What the test makes is dropped. */
export async function timescaleServer(test: Pick<TestContext, "skip">, major: Setup): Promise<TimescaleServer> {
  const found = await tryTimescaleServer(major);
  if (typeof found === "string") return test.skip(found);
  onTestFinished(async () => {
    for (const name of (await found.databases()).filter((each) => each !== "postgres")) await drop(found, name);
  });
  return found;
}

/** For what only the edition with the Timescale licence can do. */
export async function communityServer(test: Pick<TestContext, "skip">, major: Setup): Promise<TimescaleServer> {
  const found = await timescaleServer(test, major);
  return found.isCommunity ? found : test.skip("needs timescaledb's community edition: the image has the Apache one");
}

export async function tryTimescaleServer(major: Setup): Promise<TimescaleServer | string> {
  const found = shared.get(major) ?? open(major);
  shared.set(major, found);
  return await found;
}

afterAll(async () => {
  for (const found of shared.values()) {
    const server = await found;
    if (typeof server === "object") await server[Symbol.asyncDispose]();
  }
});

async function open(major: Setup): Promise<TimescaleServer | string> {
  const name: ServerName = `postgres-${major}-timescale`;
  const own = await tryOwnServer(name);
  if (typeof own === "string") return own;
  if (own.container !== undefined) return await timescaleOn(own, major, own.container.name);
  await own[Symbol.asyncDispose]();
  return `needs ${name}: it is in no container that has its programs`;
}

export async function drop(server: TimescaleServer, database: string): Promise<void> {
  await server.sql(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`);
}

const communityLibrarySql = `
  SELECT count(*) FROM pg_config c, pg_ls_dir(c.setting) file WHERE c.name = 'PKGLIBDIR' AND file LIKE 'timescaledb-tsl-%'`;

async function timescaleOn(server: OwnServer, major: Setup, container: string): Promise<TimescaleServer> {
  const { env } = process;
  const { host, port } = await server.address();
  const { user, password } = server;
  const tools = containerTools({ container: { name: container }, env });
  const servers = containerServers({ like: { name: container }, env });
  const sql = (statements: string, database?: string): Promise<string> => server.sql(statements, database);
  let made = 0;
  return {
    major,
    password,
    host,
    port,
    tools,
    servers,
    sql,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    isCommunity: (await sql(communityLibrarySql)) !== "0",
    options: (database, more = {}) => ({ host, port, user, password, database, ...more }),
    async create(hint = "db") {
      made += 1;
      const name = `${hint}_${made}`;
      await sql(`CREATE DATABASE ${quoted(name)}`);
      await sql("CREATE EXTENSION timescaledb", name);
      return name;
    },
    async databases() {
      return (await sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")).split("\n");
    },
    async context(signal = new AbortController().signal) {
      const scratchDir = await mkdtemp(join(tmpdir(), "dbsave-test-"));
      const events: EngineEvent[] = [];
      return {
        signal,
        tools,
        servers,
        scratchDir,
        now: () => new Date(),
        report: (event) => void events.push(event),
        events,
        [Symbol.asyncDispose]: () => rm(scratchDir, { recursive: true }),
      };
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
