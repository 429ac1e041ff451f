import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { backupPhysical } from "../../src/physical/backup-physical.ts";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { testContext } from "../support/context.ts";
import { memorySink, sourceOf } from "../support/taken.ts";
import { type OwnServer, ownServer } from "./support/own-server.ts";
import { defaults } from "./support/physical-backup.ts";
import { placeForData, startOn } from "./support/restored.ts";

interface Commit {
  readonly id: number;
  /** At least where the commit is in the WAL. */
  readonly lsn: string;
}

/** Moves amounts between accounts, one transaction after the other, with checkpoints in between, until `over` fires. */
async function transfer({ options }: OwnServer, over: AbortSignal, onCommit: () => void): Promise<readonly Commit[]> {
  const client = new Client({ host: options.host, user: "postgres", database: "postgres" });
  await client.connect();
  const commits: Commit[] = [];
  for (let id = 1; !over.aborted; id += 1) {
    const [from, to] = [(id * 7919) % 20_000, (id * 104_729) % 20_000];
    await client.query(`BEGIN; UPDATE accounts SET v = v - ${id} WHERE id = ${from}; UPDATE accounts SET v = v + ${id} WHERE id = ${to};
      INSERT INTO history VALUES (${id}, ${from}, ${to}); COMMIT`);
    const { rows } = await client.query("SELECT pg_current_wal_insert_lsn()::text AS lsn");
    commits.push({ id, lsn: rows[0].lsn });
    if (id % 50 === 0) await client.query("CHECKPOINT");
    onCommit();
  }
  await client.end();
  return commits;
}

/** Reads nothing of an archive before `release` was called `times` times since the backup began. */
function slowSink(times: number): ReturnType<typeof memorySink> & { readonly release: () => void } {
  const sink = memorySink();
  const { promise: released, resolve } = Promise.withResolvers<void>();
  let left = times;
  let hasBegun = false;
  return {
    stored: sink.stored,
    release() {
      if (hasBegun) left -= 1;
      if (left === 0) resolve();
    },
    async write(info, body) {
      hasBegun = true;
      await released;
      return await sink.write(info, body);
    },
  };
}

describe("a physical backup of a server that is written to and checkpointed all the time", () => {
  it("restores to every commit before its stop, and does not start without its label", async (test) => {
    const source = await ownServer(test, { max_wal_size: "64MB", min_wal_size: "32MB" });
    await source.sql(
      "CREATE TABLE accounts AS SELECT i AS id, 0::bigint AS v, repeat('x', 500) AS filler FROM generate_series(0, 19999) i",
    );
    await source.sql("ALTER TABLE accounts ADD PRIMARY KEY (id)");
    await source.sql("CREATE TABLE history (id int PRIMARY KEY, source int, target int)");
    await using ctx = await testContext();
    const over = new AbortController();
    const plain = { ...defaults, compression: null }; // more than the sockets hold
    const sink = slowSink(300);
    const transfers = transfer(source, over.signal, sink.release);
    const facts = await backupPhysical(source.options, plain, sink, ctx).finally(() => over.abort());
    const commits = await transfers;
    const taken = { facts, source: sourceOf(facts, sink.stored) };
    const into = await placeForData();
    await restorePhysical({ into, force: false }, taken.source, ctx);
    const ask = await startOn(into);
    const stop = String(taken.facts.details["stopLsn"]);
    const [bound] = await source.sql(
      `SELECT max(id)::int AS last FROM (VALUES ${commits.map(({ id, lsn }) => `(${id}, '${lsn}'::pg_lsn)`).join(",")}) c (id, lsn) WHERE lsn <= '${stop}'`,
    );
    const last = Number(bound?.["last"]);
    expect(last).toBeGreaterThanOrEqual(300);
    const [state] =
      await ask(`SELECT count(*)::int AS rows, max(id)::int AS newest, count(*) FILTER (WHERE id <= ${last})::int AS promised,
      (SELECT sum(v)::int FROM accounts) AS balance,
      (SELECT count(*)::int FROM accounts a WHERE v <> coalesce((SELECT sum(CASE WHEN source = target THEN 0 WHEN target = a.id THEN h.id ELSE -h.id END)
        FROM history h WHERE source = a.id OR target = a.id), 0)) AS wrong FROM history`);
    expect(state).toMatchObject({ promised: last, balance: 0, wrong: 0, rows: state?.["newest"] });
    const again = join(into, "..", "again");
    await restorePhysical({ into: again, force: false }, taken.source, ctx);
    await rm(join(again, "backup_label"));
    await expect(startOn(again)).rejects.toMatchObject({ code: "TOOL_FAILED" });
  });
});
