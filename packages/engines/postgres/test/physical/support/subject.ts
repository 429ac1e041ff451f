import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@dbsave/core";
import { captureText, hostServers } from "@dbsave/exec";
import type { EngineSubject } from "@dbsave/testkit";
import { postgres } from "../../../src/index.ts";
import { servers, tools } from "../../support/context.ts";
import { programs, query } from "./own-server.ts";

const { signal } = new AbortController();
const password = "hunter2-of-physical";

/** A PostgreSQL 15 on the host for several subjects, and a directory that its user may pass through. */
export interface SharedServer extends AsyncDisposable {
  readonly host: string;
  readonly folder: string;
}

/** TOOL_MISSING where PostgreSQL 15 is not installed. */
export async function sharedServer(): Promise<SharedServer> {
  const folder = await mkdtemp(join(tmpdir(), "dbsave-conformance-"));
  await chmod(folder, 0o711);
  const running = await hostServers({ env: process.env }).start(
    async ({ directory, socketDirectory, tools: own }) => {
      const initdb = ["-D", `${directory}/data`, "-U", "postgres", "--auth=trust", "--no-sync", "--data-checksums"];
      await captureText(own, `${programs}/initdb`, initdb, { signal });
      return command(`${directory}/data`, socketDirectory);
    },
    { name: "postgres 15", user: "postgres", signal },
  );
  return {
    host: running.socketDirectory,
    folder,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function command(directory: string, socketDirectory: string) {
  const settings = ["listen_addresses=", `unix_socket_directories=${socketDirectory}`, "fsync=off", "autovacuum=off"];
  const ready = "SELECT WHERE NOT pg_is_in_recovery()";
  return {
    tool: `${programs}/postgres`,
    args: ["-D", directory, ...settings.flatMap((setting) => ["-c", setting])],
    stopSignal: "SIGQUIT" as const,
    ready: async () => (await query(socketDirectory, ready)).length === 1,
  };
}

/** The data of a server as source, a directory as the place of a restore. What is there is looked at by a server on a copy. */
export async function physicalSubjectOn({ host, folder }: SharedServer): Promise<EngineSubject> {
  const source = `source_${randomBytes(4).toString("hex")}`;
  const into = join(folder, `into-${randomBytes(4).toString("hex")}`);
  await query(host, `CREATE DATABASE ${source}`);
  await query(host, sampleSql, source);
  const options = { database: source, user: "postgres", password, methods: ["physical"] } as const;
  const open = (place: string): Engine => {
    const engine = postgres({ ...options, host });
    if (place === source) return engine;
    return {
      ...engine,
      fingerprint: (ctx) => onCopyOf(place, (there) => postgres({ ...options, host: there }).fingerprint(ctx)),
    };
  };
  const engine = open(source);
  const mine = async (): Promise<string[]> => (await readdir(folder)).map((name) => join(folder, name));
  return {
    engine,
    source,
    into,
    open,
    tools,
    servers,
    secrets: [password],
    async mutate() {
      const both = "INSERT INTO orders (t) VALUES ('more'); INSERT INTO events VALUES ('2025-02-03', 'more')";
      await query(host, `BEGIN; ${both}; COMMIT`, source);
    },
    async edit() {
      await query(host, "UPDATE cache SET v = v || 'x'", source);
    },
    async reorder() {
      await query(
        host,
        "CREATE INDEX turned ON orders (md5(t)); CLUSTER orders USING turned; DROP INDEX turned",
        source,
      );
    },
    async grow() {
      await query(
        host,
        "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 30000) i",
        source,
      );
    },
    snapshot: async (place) => (place === source ? await rowsOf(host, source) : await digestOf(place)),
    places: mine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      for (const place of await mine()) await rm(place, { recursive: true, force: true });
      await query(host, `DROP DATABASE ${source} WITH (FORCE)`);
    },
  };
}

const sampleSql = `
  CREATE SCHEMA "odd ""schema"" = 1";
  CREATE TABLE orders (id serial PRIMARY KEY, t text);
  CREATE TABLE events (at date, what text);
  CREATE TABLE empty_table (a integer);
  CREATE TABLE cache (k text, v text);
  CREATE TABLE "odd ""schema"" = 1"."ü and ""quotes""" (raw bytea, n numeric);
  INSERT INTO orders (t) SELECT 'order ' || i FROM generate_series(1, 500) i;
  INSERT INTO events SELECT date '2025-11-01' + i, 'event ' || i FROM generate_series(1, 100) i;
  INSERT INTO cache VALUES ('a', 'b');
  INSERT INTO "odd ""schema"" = 1"."ü and ""quotes""" VALUES ('\\x00ff', 'NaN'), (NULL, -0.5)`;

/** What `look` says of a server that was started on a copy of a data directory, and stopped. */
async function onCopyOf<T>(directory: string, look: (host: string) => Promise<T>): Promise<T> {
  await using running = await hostServers({ env: process.env }).start(
    async ({ directory: own, socketDirectory, tools: shell }) => {
      const copy = join(own, "copy");
      await captureText(shell, "cp", ["-a", directory, copy], { signal });
      return command(copy, socketDirectory);
    },
    { name: "a copy", user: "postgres", signal, readyTimeoutMs: 20_000 },
  );
  return await look(running.socketDirectory);
}

async function rowsOf(host: string, database: string): Promise<string> {
  const tables = await query(
    host,
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace > 16000 OR relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    database,
  );
  const rows: unknown[] = [];
  for (const { name } of tables)
    rows.push(
      name,
      ...(await query(host, `SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${String(name)} t`, database)),
    );
  return JSON.stringify(rows);
}

async function digestOf(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const hash = createHash("sha256");
  const files = entries
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { entry, path } of files) {
    hash.update(`${path.slice(directory.length)}\0`);
    if (entry.isFile()) hash.update(await readFile(path));
  }
  return files.length === 0 ? "" : hash.digest("hex");
}
