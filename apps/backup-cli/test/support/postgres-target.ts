import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRepository, type Repository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { type OwnServer, type ServerName, tryOwnServer } from "@dbsave/testbed";
import { onTestFinished, type TestContext } from "vitest";
import { dbsave, type Ended, emptyDirectory, type Started, start } from "./built-dbsave.ts";

/** The target `app` of a `dbsave.yaml`: a database with data, on a server that only this test has. */
export interface PostgresTarget {
  readonly server: OwnServer;
  readonly database: string;
  readonly cwd: string;
  /** Where throw-away servers and private copies are made. */
  readonly scratch: string;
  readonly repository: Repository;
  run(args: readonly string[]): Promise<Ended>;
  start(args: readonly string[]): Started;
  /** What works for dbsave at this moment: sessions of the server, tools beside it, containers of throw-away servers. */
  working(): Promise<readonly string[]>;
  /** What a command made and did not remove: databases, folders, and programs that work in them. */
  leftBehind(): Promise<readonly string[]>;
}

/** Where dbsave's programs run. */
export type Place = "on the host" | "in the container";

/** `rows` of about a kilobyte that does not compress. `settings`: more lines of the target. */
export async function postgresTarget(
  test: Pick<TestContext, "skip">,
  place: Place,
  {
    name = "postgres-15",
    rows = 20_000,
    settings = ["database: app"],
  }: { readonly name?: ServerName; readonly rows?: number; readonly settings?: readonly string[] } = {},
): Promise<PostgresTarget> {
  const found = await tryOwnServer(name);
  const server = typeof found === "string" ? test.skip(found) : found;
  onTestFinished(() => server[Symbol.asyncDispose]());
  const cwd = emptyDirectory();
  const scratch = join(cwd, "scratch");
  mkdirSync(scratch);
  for (const directory of [cwd, scratch]) chmodSync(directory, 0o711); // the throw-away server is another user
  const database = "app";
  await server.sql(`create database ${database}`);
  await server.sql(filling(rows), database);
  const { container, host, port, user, password } = server;
  if (place === "in the container" && container === undefined) test.skip(`needs ${name} in a container`);
  const where =
    place === "in the container" ? `container: { name: ${container?.name} }` : `host: ${host}\n    port: ${port}`;
  writeFileSync(
    join(cwd, "dbsave.yaml"),
    `version: 1
scratch: ./scratch
defaults: { verify: off, keep: { last: 100 } }
storages: { local: { type: fs, path: ./backups } }
targets:
  app:
    engine: postgres
    ${where}
    user: ${user}
    password: env:APP_PASSWORD
${settings.map((line) => `    ${line}\n`).join("")}`,
  );
  const options = { cwd, env: { APP_PASSWORD: password, TMPDIR: scratch } };
  return {
    server,
    database,
    cwd,
    scratch,
    repository: await openRepository(fsStorage({ path: join(cwd, "backups") }), { create: true }),
    run: (args) => dbsave(args, options),
    start: (args) => start(args, options),
    working: async () => [...(await sessionsOn(server)), ...(await toolsBeside(server)), ...scratchContainers(scratch)],
    leftBehind: async () => [...(await databasesOn(server)), ...readdirSync(scratch), ...programsIn(scratch)],
  };
}

function filling(rows: number): string {
  return `
    create table parent (id int primary key, at timestamptz default now());
    create table child (id serial primary key, parent int references parent, filler text);
    insert into parent select generate_series(1, 100);
    insert into child (parent, filler) select 1 + i % 100, (select string_agg(md5(i::text || j::text), '') from generate_series(1, 32) j)
      from generate_series(1, ${rows}) i;
    create view recent as select * from parent;`;
}

async function sessionsOn(server: OwnServer): Promise<readonly string[]> {
  const sql = "select left(query, 80) from pg_stat_activity where application_name ~ '^(dbsave|pg_)'";
  return (await server.sql(sql)).split("\n").filter(Boolean);
}

async function databasesOn(server: OwnServer): Promise<readonly string[]> {
  return (await server.sql("select datname from pg_database where datname like 'dbsave%'")).split("\n").filter(Boolean);
}

async function toolsBeside(server: OwnServer): Promise<readonly string[]> {
  return (await server.processes()).split("\n").filter((line) => / (\S*\/)?pg_(dump|dumpall|restore) /.test(line));
}

/** Containers that have a folder of `scratch` mounted. */
function scratchContainers(scratch: string): readonly string[] {
  const { stdout } = spawnSync(
    "docker",
    ["ps", "--all", "--no-trunc", "--filter", "label=dbsave.server", "--format", "{{.Mounts}}"],
    {
      encoding: "utf8",
    },
  );
  return (stdout ?? "").split("\n").filter((line) => line.includes(scratch));
}

/** Processes that work in a folder. */
function programsIn(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  });
}
