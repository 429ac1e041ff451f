import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/*
 * How long `dbsave` takes to start, as a multiple of an empty Node.js: the same environment, taking turns, median of the rounds.
 * The build must be there: turbo run build --filter=@dbsave/backup-cli
 * Run: node tooling/bench/startup.ts [rounds]
 */

const entry = fileURLToPath(new URL("../../apps/backup-cli/dist/dbsave.js", import.meta.url));
const home = await mkdtemp(join(tmpdir(), "dbsave-bench-"));

const contenders = [
  { name: "node -e 0", args: ["-e", "0"], limit: 1 },
  { name: "dbsave --version", args: [entry, "--version"], limit: 2.5 },
  { name: "dbsave --help", args: [entry, "--help"], limit: 4 },
  { name: "dbsave backup --help", args: [entry, "backup", "--help"], limit: Number.POSITIVE_INFINITY },
];

try {
  report(measure(Number(process.argv[2] ?? 30)));
} finally {
  await rm(home, { recursive: true });
}

/** Milliseconds by name. The first round fills the compile cache and the page cache, and does not count. */
function measure(rounds: number): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, args } of contenders) {
      const startedAt = performance.now();
      const { status } = spawnSync(process.execPath, args, { env: { HOME: home }, stdio: "ignore" });
      if (status !== 0) throw new Error(`${name} ended with ${status}`);
      if (round > 0) times.get(name)?.push(performance.now() - startedAt);
    }
  }
  return times;
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const base = median(times.get("node -e 0") ?? []);
  for (const { name, limit } of contenders) {
    const ms = median(times.get(name) ?? []);
    const verdict = limit === Number.POSITIVE_INFINITY ? "" : ms / base <= limit ? `within ${limit}` : `OVER ${limit}`;
    console.log(
      `${name.padEnd(22)} ${ms.toFixed(1).padStart(7)} ms  ${(ms / base).toFixed(2).padStart(5)}x  ${verdict}`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
