import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { backups, restores, storedBy } from "./physical/contenders.ts";
import type { Contender } from "./postgres/contenders.ts";
import { fill } from "./postgres/fill.ts";
import { type Cost, measure } from "./postgres/measure.ts";
import { openPlace } from "./postgres/place.ts";
import { median, shown } from "./postgres/show.ts";

/*
 * A full base backup of a PostgreSQL server by dbsave, with its manifest compared, hashes and reading back, and the restore of it, taking turns on
 * the same data with
 *   pgbackrest     zst level 3, process-max 2
 *   pg_basebackup  --compress=server-zstd:level=3,workers=2; its restore is zstd | tar, which syncs nothing
 * The last lines are the ratios: the median of those of the rounds, as neighbours in time see the same load.
 * The build must be there: turbo run build. Peers: apt-get install postgresql-15 pgbackrest.
 * Run: node tooling/bench/physical.ts [--megabytes 500] [--rounds 3] [--data pgbench|orders] [--bin /usr/lib/postgresql/15/bin]
 */

const { values: options } = parseArgs({
  options: {
    megabytes: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    data: { type: "string", default: "pgbench" },
    bin: { type: "string", default: "/usr/lib/postgresql/15/bin" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "dbsave-bench-"));
try {
  await using place = await openPlace({ bin: options.bin }, folder);
  fill(place, options.data, Number(options.megabytes));
  console.log(`${place.version}, ${options.data}, ${place.databaseMegabytes()} MB, ${availableParallelism()} cores`);
  const intoStore = ({ name }: Contender): string => storedBy(folder, name);
  await compete("backup", backups(place, folder), async (one) => await measure(place, folder, one, intoStore(one)));
  const restored = join(folder, "restored");
  await compete("restore", restores(folder, restored), async (one) => await measure(place, folder, one, restored));
} finally {
  await rm(folder, { recursive: true });
}

async function compete(what: string, all: readonly Contender[], run: (one: Contender) => Promise<Cost>): Promise<void> {
  const costs = new Map<string, Cost[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const one of all) costs.get(one.name)?.push(await run(one));
  }
  for (const [name, list] of costs) console.log(`${what} ${name.padEnd(13)} ${shown(list)}`);
  const [own, ...others] = costs;
  const seconds = own?.[1].map((cost) => cost.seconds) ?? [];
  const ratios = others.map(([name, list]) => {
    const rounds = list.map((cost, round) => (seconds[round] ?? 0) / cost.seconds);
    return `${median(rounds, (ratio) => ratio).toFixed(2)} of ${name}`;
  });
  console.log(`${what} dbsave takes ${ratios.join(", ")}; load ${loadavg()[0]?.toFixed(1)}`);
}
