import { spawnSync } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Rows, writeSampleDatabase } from "./sample-database.ts";

/*
 * A whole backup of a SQLite database, with its fingerprint, through zstd and hashes into a repository, against
 * `sqlite3 app.db ".backup copy"` and `zstd -3 copy`, which prove nothing: the same file, taking turns, best and median.
 * The build must be there: turbo run build --filter=@dbsave/sqlite --filter=@dbsave/codecs --filter=@dbsave/storage-fs
 * Run: node tooling/bench/sqlite.ts [megabytes] [rounds] [narrow|wide|keyless ...]
 */

interface Cost {
  readonly seconds: number;
  readonly peakMb: number;
}

const [megabytes = "1000", rounds = "3", ...kinds] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "dbsave-bench-"));
const ours = fileURLToPath(new URL("./sqlite-backup.ts", import.meta.url));
try {
  for (const rows of kinds.length > 0 ? kinds : ["narrow", "wide", "keyless"]) await compare(rows as Rows);
} finally {
  await rm(folder, { recursive: true });
}

async function compare(rows: Rows): Promise<void> {
  const source = join(folder, `${rows}.db`);
  writeSampleDatabase(source, Number(megabytes) * 1e6, rows);
  const stock: Cost[] = [];
  const dbsave: Cost[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    stock.push(await stockBackup(source));
    dbsave.push(await ourBackup(source));
  }
  await rm(source);
  const best = (costs: readonly Cost[]): number => Math.min(...costs.map(({ seconds }) => seconds));
  const median = (costs: readonly Cost[]): number =>
    costs.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
  console.log(
    `${rows} rows, ${megabytes} MB: stock ${best(stock).toFixed(1)} s (median ${median(stock).toFixed(1)}),`,
    `dbsave ${best(dbsave).toFixed(1)} s (median ${median(dbsave).toFixed(1)}),`,
    `ratio ${(best(dbsave) / best(stock)).toFixed(2)} (median ${(median(dbsave) / median(stock)).toFixed(2)}),`,
    `dbsave's peak memory ${Math.max(...dbsave.map(({ peakMb }) => peakMb))} MB`,
  );
}

async function stockBackup(source: string): Promise<Cost> {
  const copy = join(folder, "stock.db");
  const start = performance.now();
  run("sqlite3", source, `.backup ${copy}`);
  run("zstd", "-q", "-3", copy);
  const seconds = (performance.now() - start) / 1000;
  await rm(copy);
  await rm(`${copy}.zst`);
  return { seconds, peakMb: 0 };
}

async function ourBackup(source: string): Promise<Cost> {
  const repository = join(folder, "repository");
  const cost = JSON.parse(run(process.execPath, ours, source, repository)) as Cost;
  await stat(join(repository, "dbsave.json"));
  await rm(repository, { recursive: true });
  return cost;
}

function run(command: string, ...args: readonly string[]): string {
  const { status, error, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw error ?? new Error(`${command} failed`);
  return stdout;
}
