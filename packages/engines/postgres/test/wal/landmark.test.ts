import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { isLandmark, type Landmark, landmarkOf } from "../../src/wal/landmark.ts";
import { formatLsn } from "../../src/wal/lsn.ts";
import { WalRecordReader } from "../../src/wal/record-reader.ts";
import { isSegmentName } from "../../src/wal/segment.ts";
import { ownServer, programs } from "../physical/support/own-server.ts";
import { folder } from "../physical/support/restored.ts";
import { tools } from "../support/context.ts";

const { signal } = new AbortController();
const subtransactions = Array.from({ length: 2000 }, (_, i) => `SAVEPOINT s${i}; INSERT INTO t VALUES (${i});`).join(
  "",
);

/** All there is in a server's `pg_wal`, in chunks that end anywhere. */
async function landmarksIn(directory: string): Promise<readonly Landmark[]> {
  const reader = new WalRecordReader(isLandmark);
  const found: Landmark[] = [];
  for (const name of (await readdir(directory)).filter((file) => isSegmentName(file)).toSorted()) {
    const bytes = await readFile(join(directory, name));
    for (let at = 0; at < bytes.length; at += 12_345)
      for (const record of reader.read(bytes.subarray(at, at + 12_345)))
        if (record.bytes !== null) found.push(landmarkOf(record, reader.header.major ?? 0));
  }
  return found;
}

/** One line for each: where, which transaction, what. */
function described({ kind, position, transaction, name }: Landmark): string {
  return `${formatLsn(position)} ${kind} ${name || transaction}`;
}

/** The same lines out of what pg_waldump prints. */
function dumped(line: string): string | null {
  const [, transaction, high, low] = /tx:\s+(\d+), lsn: ([0-9A-F]+)\/([0-9A-F]+)/.exec(line) ?? [];
  const at = formatLsn((BigInt(`0x${high ?? 0}`) << 32n) + BigInt(`0x${low ?? 0}`));
  const [, point] = /desc: RESTORE_POINT (\S+)/.exec(line) ?? [];
  const [, kind, , prepared = transaction] = /desc: (COMMIT|ABORT)(_PREPARED (\d+):)? /.exec(line) ?? [];
  if (point !== undefined) return `${at} restore point ${point}`;
  return kind === undefined ? null : `${at} ${kind.toLowerCase()} ${prepared}`;
}

it("finds every end of a transaction and every restore point that pg_waldump finds, across pages and segments", async (test) => {
  const source = await ownServer(test, { max_prepared_transactions: "4", wal_level: "logical" }, [
    "--wal-segsize=1",
    "--data-checksums",
  ]);
  await source.sql("CREATE TABLE t (a int, b text)");
  await source.sql(`BEGIN; ${subtransactions} DROP TABLE IF EXISTS none; CREATE TABLE u (a int); COMMIT`);
  await source.sql(`BEGIN; ${subtransactions} CREATE TABLE v (a int); PREPARE TRANSACTION 'kept'`);
  await source.sql("BEGIN; DROP TABLE u; PREPARE TRANSACTION 'given up'");
  await source.sql("COMMIT PREPARED 'kept'");
  await source.sql("ROLLBACK PREPARED 'given up'");
  await source.sql("BEGIN; INSERT INTO t VALUES (1); ROLLBACK");
  await source.sql("SELECT pg_create_restore_point('before')");
  await source.sql("SELECT pg_switch_wal()");
  for (let i = 0; i < 300; i += 1)
    await source.sql(`INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, ${i % 40}) g`);
  await source.sql("SELECT pg_create_restore_point('after')");
  const [place] = await source.sql(
    "SELECT current_setting('data_directory') || '/pg_wal' AS wal, clock_timestamp() AS now",
  );
  const copy = await folder(); // the server goes on writing
  await cp(String(place?.["wal"]), copy, { recursive: true });
  const found = await landmarksIn(copy);

  const names = (await readdir(copy)).filter((file) => isSegmentName(file)).toSorted();
  const dump = ["-p", copy, "-r", "Transaction", "-r", "XLOG", String(names[0]), String(names.at(-1))];
  const quietly = ["-c", '"$@" 2>/dev/null || true', "sh", `${programs}/pg_waldump`, ...dump]; // it complains of the end
  const printed = await text(tools.run("sh", quietly, { signal }).stdout);
  const expected = printed
    .split("\n")
    .map(dumped)
    .filter((line) => line !== null);
  expect(expected.length).toBeGreaterThan(300);
  expect(found.map(described)).toEqual(expected);
  expect(found.filter(({ kind }) => kind === "abort").length).toBeGreaterThanOrEqual(2);
  const last = Number(found.at(-1)?.micros) / 1000;
  expect(Math.abs(last - new Date(String(place?.["now"])).getTime())).toBeLessThan(10_000);
});
