import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { readCatalog } from "@dbsave/core";
import { docker, type ServerName, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildOnce } from "./support/built-dbsave.ts";
import { startReceiving } from "./support/built-dbsave-wal.ts";
import { type BenchedDatabase, fillWithPgbench, keepWriting } from "./support/pgbench.ts";
import { type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

buildOnce("@dbsave/wal-archiver");

/** Ten where it is to be shown; each takes a restore and the start of a server. */
const recoveries = Number(process.env["DBSAVE_TEST_RECOVERIES"] ?? 2);
const majors: readonly ServerName[] = ["postgres-17-timescale", "postgres-18-timescale"];

/** A committed row, and times between which it was committed, by the clock that containers and this machine share. */
interface Marker {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

interface Marking {
  readonly markers: readonly Marker[];
  /** Resolves when so many more are committed. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

function keepMarking({ server, database }: PostgresTarget): Marking {
  const markers: Marker[] = [];
  const over = new AbortController();
  const working = (async () => {
    for (let id = 1; !over.signal.aborted; id += 1) {
      const from = Date.now();
      await server.sql(`insert into marker values (${id})`, database);
      markers.push({ id, from, to: Date.now() });
    }
  })();
  const stop = async (): Promise<void> => {
    over.abort();
    await working;
  };
  onTestFinished(stop);
  return {
    markers,
    stop,
    more: async (count) => {
      const enough = markers.length + count;
      while (markers.length < enough) await server.sql("select pg_sleep(0.05)");
    },
  };
}

/** Finishes the segment at hand; resolves when all of it was received, and is durable. */
async function receiveAll({ server }: PostgresTarget): Promise<void> {
  const position = await server.sql("select pg_switch_wal()");
  const arrived = `select coalesce(bool_or(flush_lsn >= '${position}'), false) from pg_stat_replication, pg_sleep(0.1)`;
  while ((await server.sql(arrived)) !== "t");
}

interface Recovered {
  readonly started: {
    readonly where: string;
    readonly connection: string;
    readonly reached: { readonly at: string; readonly position: string };
  };
}

/** What `look` sees on a server that was recovered to a time, and is gone afterwards. */
async function recoveredTo(app: PostgresTarget, at: Date, into: string, sql: string): Promise<readonly string[]> {
  const ended = await app.run([
    "restore",
    "app",
    "--at",
    at.toISOString(),
    "--into",
    into,
    "--start",
    "--yes",
    "--json",
  ]);
  expect(ended, ended.stdout + ended.stderr).toMatchObject({ status: 0 });
  const { started } = JSON.parse(ended.stdout) as Recovered;
  const container = started.where.replace("container ", "");
  try {
    expect(new Date(started.reached.at).getTime()).toBeLessThanOrEqual(at.getTime());
    const place = started.connection.replace(/\bdbname=\S+/, `dbname=${app.database}`);
    return docker("exec", container, "psql", place, "-XAtq", "-c", sql).split("\n");
  } finally {
    docker("rm", "--force", "--volumes", container);
    rmSync(into, { recursive: true, force: true });
  }
}

interface Window {
  readonly to: { readonly at: string };
  readonly gap: string | null;
}

async function newestWindow(app: PostgresTarget): Promise<Window> {
  const { stdout } = await app.run(["status", "--json"]);
  const { logs } = JSON.parse(stdout) as { readonly logs: readonly { readonly windows: readonly Window[] }[] };
  return logs[0]?.windows.at(-1) as Window;
}

/** Removes an archived segment that others follow. Returns its name. */
function loseSegment({ cwd }: PostgresTarget): string {
  const folder = join(cwd, "backups/app/log");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const segments = files.filter((file) => /\/[0-9A-F]{24}-/.test(file)).toSorted();
  const lost = String(segments.at(-2));
  rmSync(join(folder, lost));
  return basename(lost).slice(0, 24);
}

const stateSql = `select (select coalesce(sum(abalance), 0) from pgbench_accounts) = (select coalesce(sum(delta), 0) from pgbench_history)
    and (select sum(tbalance) from pgbench_tellers) = (select sum(bbalance) from pgbench_branches);
  select id from marker order by id`;

describe.for(majors)("%s that is written to all the time", (name) => {
  it("comes back as it was at any time, row for row, out of a chain and its received WAL, but not from beyond a gap", {
    timeout: startTimeoutMs,
  }, async (test) => {
    const settings = ["database: app", "method: physical", "incremental: { longest_chain: 3 }", "wal: receive"];
    const app = await postgresTarget(test, "in the container", { name, rows: 1, settings });
    const { server, database } = app;
    await server.sql("alter system set summarize_wal = on");
    await server.sql("select pg_reload_conf()");
    await server.sql("create table marker (id int primary key)", database);
    const bench: BenchedDatabase = { container: String(server.container?.id), user: server.user, database };
    fillWithPgbench(bench, 2);
    startReceiving(app);
    await keepWriting(bench);
    const marking = keepMarking(app);
    let reachable = Number.POSITIVE_INFINITY;
    const kinds = ["full", "incremental", "incremental", "incremental"];
    for (const _ of kinds) {
      await marking.more(5);
      const ended = await app.run(["backup", "app", "--json"]);
      expect(ended, ended.stdout + ended.stderr).toMatchObject({ status: 0 });
      reachable = Math.min(reachable, Date.now());
    }
    const { entries } = await readCatalog(app.repository, "app", new AbortController().signal);
    expect(entries.map(({ manifest }) => manifest.kind)).toEqual(kinds);
    for (let segment = 0; segment < 3; segment += 1) {
      await marking.more(4);
      await server.sql("select pg_switch_wal()");
    }
    await marking.more(4);
    await marking.stop();
    await receiveAll(app);

    const { markers } = marking;
    const first = markers.findIndex(({ from }) => from > reachable);
    for (let count = 0; count < recoveries; count += 1) {
      const index = first + Math.floor(Math.random() * (markers.length - 1 - first));
      const [last, next] = [markers[index] as Marker, markers[index + 1] as Marker];
      const at = new Date((last.to + next.from) / 2);
      const [isBalanced, ...ids] = await recoveredTo(app, at, join(app.scratch, `data-${count}`), stateSql);
      expect({ isBalanced, ids: ids.map(Number), at }).toEqual({
        isBalanced: "t",
        ids: markers.slice(0, index + 1).map(({ id }) => id),
        at,
      });
    }

    const drilled = await app.run(["verify", "--target", "app", "--drill", "--seed", "5", "--json"]);
    expect(drilled, drilled.stdout + drilled.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(drilled.stdout)).toMatchObject({
      outcome: "passed",
      summary: expect.stringMatching(/^recovered to .* rows read; they and .* indexes checked by amcheck; /),
      restored: { examined: true, drill: { seed: 5, position: expect.stringMatching(/^\d+\/[0-9A-F]+$/) } },
    });

    const whole = await newestWindow(app);
    const missing = loseSegment(app);
    const less = await newestWindow(app);
    expect(less.gap).toBe(missing);
    expect(new Date(less.to.at).getTime()).toBeLessThan(new Date(whole.to.at).getTime());
    const into = join(app.scratch, "never");
    const at = new Date(markers.at(-1)?.to ?? 0).toISOString();
    const refused = await app.run(["restore", "app", "--at", at, "--into", into, "--yes", "--json"]);
    expect(refused).toMatchObject({ status: 2, stdout: expect.stringContaining("RECOVERY_UNREACHABLE") });
    expect(existsSync(into)).toBe(false);
  });
});
