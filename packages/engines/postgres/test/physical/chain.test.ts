import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { ServerPlace } from "@dbsave/core";
import { containerServers } from "@dbsave/exec";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished } from "vitest";
import { withSession } from "../../src/connect.ts";
import { parseOptions } from "../../src/options.ts";
import { inspectPhysical } from "../../src/physical/inspect-physical.ts";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { startRestored } from "../../src/physical/scratch/start-restored.ts";
import { findServerTool } from "../../src/tools/find-tool.ts";
import { testContext } from "../support/context.ts";
import type { Taken } from "../support/taken.ts";
import { query } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { follow } from "./support/recipe.ts";
import { folder } from "./support/restored.ts";
import { type SummarizingServer, summarizingMajors, summarizingServer } from "./support/summarizing-server.ts";

const { signal } = new AbortController();
const run = promisify(execFile);

/** Transactions of pgbench, until the promise that it returns is called. */
async function load({ container }: SummarizingServer): Promise<() => Promise<void>> {
  const args = ["-h", "/tmp", "-U", "postgres", "-n", "-c", "2", "--rate=200", "-T", "600", "-P", "1", "bench"];
  const child = spawn("docker", ["exec", container, "pgbench", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "close");
  await once(child.stderr, "data");
  child.stderr.resume();
  return async () => {
    await run("docker", ["exec", container, "pkill", "-INT", "pgbench"]).catch(() => undefined);
    await ended;
  };
}

/** Everything that a link of a chain may do to files: new and dropped databases and tablespaces, shrunk, grown and rewritten relations. */
const changes: readonly (readonly [database: string, statements: string][])[] = [
  [
    ["postgres", "create database later"],
    [
      "bench",
      "update shrinking set b = 'x'; delete from shrinking where a > 100; create table gone_soon as select 1 as a",
    ],
    ["bench", "insert into growing select i, repeat('g', 900) from generate_series(1, 5000) i"],
    ["postgres", "drop database early"],
  ],
  [
    ["bench", "vacuum (truncate) shrinking"],
    ["bench", "vacuum full rewritten; drop table gone_soon; truncate emptied"],
    ["later", "create table t as select i as a from generate_series(1, 10000) i"],
    ["bench", "update moving set a = -a where a % 100 = 0"],
  ],
  [
    ["bench", "insert into shrinking select i, 'again' from generate_series(1000, 9000) i"],
    ["bench", "create table newer tablespace second as select i as a from generate_series(1, 10000) i"],
    ["later", "delete from t where a % 2 = 0"],
  ],
];

const sums = `select (select sum(abalance) from pgbench_accounts) as a, (select sum(bbalance) from pgbench_branches) as b,
  (select sum(delta) from pgbench_history) as h, (select count(*) from pgbench_history) as n,
  (select md5(string_agg(x::text, ',' order by a)) from shrinking x) as s, (select count(*) from growing) as g,
  (select sum(a) from rewritten) as r, (select count(*) from emptied) as e, (select sum(a) from moving) as m,
  (select count(*) from newer) as w`;

async function prepare(source: SummarizingServer): Promise<void> {
  for (const name of ["first", "second"]) {
    await run("docker", ["exec", "-u", "postgres", source.container, "mkdir", `/tmp/${name}`]);
    await source.sql(`create tablespace ${name} location '/tmp/${name}'`);
  }
  for (const name of ["bench", "early"]) await source.sql(`create database ${name}`);
  await run("docker", [
    "exec",
    source.container,
    "pgbench",
    "-h",
    "/tmp",
    "-U",
    "postgres",
    "-i",
    "-q",
    "-s",
    "2",
    "bench",
  ]);
  await source.own.sql(
    `create table shrinking as select i as a, repeat('s', 300) as b from generate_series(1, 10000) i;
     create table growing as select i as a, repeat('g', 900) as b from generate_series(1, 100) i;
     create table rewritten as select i as a from generate_series(1, 20000) i;
     create table emptied as select i as a from generate_series(1, 20000) i;
     create table moving tablespace first as select i as a from generate_series(1, 50000) i`,
    "bench",
  );
}

/** The newest of a full backup and one upon it after each of `changes`, while the server is written to until just before the last. */
async function takeChain(
  source: SummarizingServer,
  ctx: Awaited<ReturnType<typeof testContext>>,
): Promise<readonly Taken[]> {
  const plain = { compression: null }; // the images have no zstd for the recipe
  const chain = [await takePhysical(source.options, ctx, plain)];
  for (const statements of changes) {
    const stop = await load(source);
    for (const [database, sql] of statements) for (const each of sql.split("; ")) await source.own.sql(each, database);
    const isLast = statements === changes.at(-1);
    if (isLast) await stop();
    const parent = chain.at(-1)?.source;
    const taken = await takePhysical(source.options, ctx, { ...plain, ...(parent && { parent }) });
    if (!isLast) await stop();
    expect(taken.facts).toMatchObject({ kind: "incremental" });
    chain.push(taken);
  }
  return chain;
}

describe.for(summarizingMajors)(
  "a chain of incremental backups of %s under load",
  { timeout: startTimeoutMs },
  (major) => {
    it("restores to the state of the source by dbsave, in a throw-away server, and as pg_combinebackup makes it", async (test) => {
      const source = await summarizingServer(major, test);
      await prepare(source);
      const servers = containerServers({ like: { name: source.container }, env: process.env });
      await using ctx = await testContext({ servers });
      const chain = await takeChain(source, ctx);
      const newest = chain.at(-1) as Taken;
      for (const { source: each } of chain) expect(await inspectPhysical(each, ctx)).toEqual([]);
      const expected = await source.own.sql(sums, "bench");

      await using scratch = await startRestored(parseOptions({}), newest.source, ctx);
      const ask = (database: string, sql: string) =>
        withSession(scratch.options, database, signal, async (session) => {
          await session.query("set search_path = public");
          return await session.query<Record<string, unknown>>(sql);
        });
      const [state = {}] = await ask("bench", sums);
      expect(Object.values(state).join("|")).toBe(expected);
      expect(await ask("later", "select sum(a)::int as t from public.t")).toEqual([{ t: 25_000_000 }]);
      expect(await ask("postgres", "select datname from pg_database where datname = 'early'")).toEqual([]);

      const place = await folder();
      const into = `${place}/data`;
      const tablespaces = new Map(
        tablespacesOf(newest).map(({ oid, location }) => [location, `${place}/tablespace-${oid}`]),
      );
      await restorePhysical({ into, force: false, tablespaces }, newest.source, ctx);
      const { stdout: ours } = await run("sh", ["-c", digests], { cwd: place, maxBuffer: 2 ** 26 });
      const stock = await servers.start(
        async (there) => {
          await follow(newest, there, chain);
          expect(await textOf(there, digests)).toBe(ours);
          await textOf(there, "echo 'local all all trust' > trust.conf");
          return {
            tool: await findServerTool("postgres", Number(major.slice(9, 11)), {
              ...there,
              binDirectory: null,
              signal,
            }),
            args: ["-D", `${there.directory}/data`, ...settingsFor(newest, there).flatMap((each) => ["-c", each])],
            stopSignal: "SIGINT",
            ready: async () =>
              (await query(there.socketDirectory, "SELECT WHERE NOT pg_is_in_recovery()")).length === 1,
          };
        },
        { name: "by hand", user: "postgres", signal },
      );
      onTestFinished(() => stock[Symbol.asyncDispose]());
      expect(await query(stock.socketDirectory, "select count(*)::int as n from pg_tablespace")).toEqual([{ n: 4 }]);
    });
  },
);

function tablespacesOf({ facts }: Taken): readonly { readonly oid: number; readonly location: string }[] {
  return JSON.parse(String(facts.details["tablespaces"]));
}

/** A copy needs as much of each as the source had, which has them on its command line. */
function settingsFor({ facts: { details } }: Taken, { directory, socketDirectory }: ServerPlace): readonly string[] {
  return [
    "listen_addresses=",
    `unix_socket_directories=${socketDirectory}`,
    `hba_file=${directory}/trust.conf`,
    `max_connections=${details["maxConnections"]}`,
    `max_worker_processes=${details["maxWorkerProcesses"]}`,
    `max_wal_senders=${details["maxWalSenders"]}`,
    `max_locks_per_transaction=${details["maxLocksPerTransaction"]}`,
    `max_prepared_transactions=${details["maxPreparedTransactions"]}`,
  ];
}

/** What each file holds, but for those that a restore writes itself. */
const digests = `find data tablespace-* -type f ! -path data/global/pg_control ! -name backup_manifest ! -name recovery.signal \\
  ! -name tablespace_map ! -name postgresql.auto.conf | LC_ALL=C sort | xargs sha256sum`;

async function textOf({ tools, directory }: ServerPlace, script: string): Promise<string> {
  const running = tools.run("sh", ["-euc", script], { signal, cwd: directory });
  const [output] = await Promise.all([text(running.stdout), running.done]);
  return output;
}
