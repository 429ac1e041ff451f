import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPlace } from "./postgres/place.ts";
import { median } from "./postgres/show.ts";
import { type Archiver, archivers } from "./wal/archivers.ts";
import { type FrozenWal, freezeWal } from "./wal/frozen-wal.ts";

/*
 * What a segment of WAL costs its server: the archive_command of each archiver, one segment after the other as a server calls it, on the same
 * segments of 16 MB, taking turns:
 *   dbsave daemon     the shell script in front of the daemon, which sees pg_wal
 *   dbsave push       one Node.js for each segment
 *   pgbackrest        zst level 3, as it comes, and with --archive-async --process-max=2
 * The ratios are the median of those of the rounds, as neighbours in time see the same load.
 * The build must be there: turbo run build. Peers: apt-get install postgresql-15 pgbackrest.
 * Run: node tooling/bench/wal-push.ts [--segments 24] [--rounds 5] [--bin /usr/lib/postgresql/15/bin]
 */

const { values: options } = parseArgs({
  options: {
    segments: { type: "string", default: "24" },
    rounds: { type: "string", default: "5" },
    bin: { type: "string", default: "/usr/lib/postgresql/15/bin" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "dbsave-bench-"));
try {
  await using place = await openPlace({ bin: options.bin }, folder);
  const frozen = freezeWal(place, Number(options.segments), folder);
  const { PGHOST: socket = "", PGUSER: user = "" } = place.env;
  await writeFile(join(folder, "pgbackrest.conf"), pgbackrestConfig(socket, user));
  const all = archivers(frozen, folder, (config) =>
    place.run(`pgbackrest --config=${config} --stanza=bench --pg1-path=${place.dataDirectory} stanza-create`),
  );
  console.log(`${place.version}, ${frozen.segments.length} segments, ${availableParallelism()} cores`);
  const times = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1)
    for (const one of all) times.get(one.name)?.push(await millisecondsPerSegment(one, frozen));
  const [[, own] = ["", []]] = times;
  for (const [name, list] of times) {
    const ratio = median(
      list.map((ms, round) => (own[round] ?? 0) / ms),
      (value) => value,
    );
    console.log(
      `${name.padEnd(17)} ${median(list, (ms) => ms).toFixed(1)} ms a segment; the daemon takes ${ratio.toFixed(2)} of it`,
    );
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await rm(folder, { recursive: true });
}

async function millisecondsPerSegment(
  { name, command, places, prepare }: Archiver,
  { dataDirectory, segments }: FrozenWal,
): Promise<number> {
  for (const path of places) {
    await rm(join(folder, path), { recursive: true, force: true });
    await mkdir(join(folder, path), { mode: 0o700 });
  }
  await using running = new AsyncDisposableStack();
  running.use(await prepare());
  const script = `for segment in ${segments.join(" ")}; do ${command} pg_wal/$segment || exit 1; done`;
  const start = performance.now();
  const { status, stderr } = spawnSync("bash", ["-c", script], { cwd: dataDirectory, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return (performance.now() - start) / segments.length;
}

function pgbackrestConfig(socket: string, user: string): string {
  const lines = {
    "repo1-path": join(folder, "pgbackrest"),
    "spool-path": join(folder, "pgbackrest-spool"),
    "lock-path": join(folder, "lock"),
    "log-level-file": "off",
    "log-level-console": "error",
    "compress-type": "zst",
    "compress-level": 3,
  };
  const own = { "pg1-path": join(folder, "frozen"), "pg1-socket-path": socket, "pg1-user": user };
  const section = (name: string, values: object): string =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ""].join("\n");
  return section("global", lines) + section("bench", own);
}
