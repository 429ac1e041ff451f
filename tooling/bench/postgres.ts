import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contenders } from "./postgres/contenders.ts";
import { fill, startWriting } from "./postgres/fill.ts";
import { type Cost, measure } from "./postgres/measure.ts";
import { openPlace } from "./postgres/place.ts";
import { median, shown } from "./postgres/show.ts";

/*
 * A whole backup of a PostgreSQL database by the built `dbsave`, with its fingerprint, hashes and reading back, against what it replaces, taking
 * turns on the same data:
 *   stock    pg_dump -Fc -Z zstd:3 > file, and with a client older than 16: pg_dump -Fc -Z0 | zstd -3 > file
 *   script   pg_dump -Fc -Z9 | gzip -9, sha256sum, gpg
 * Both prove nothing. Prints medians: wall time, CPU time of all programs and of the server, peak memory of dbsave alone, and the ratios.
 * The build must be there: turbo run build. The server is a throw-away one of the programs in --bin, or that of a container.
 * Run: node tooling/bench/postgres.ts [--megabytes 1000] [--rounds 3] [--data pgbench|orders|tables] [--writing] [--no-script]
 *      [--bin /usr/lib/postgresql/15/bin | --container NAME | --socket DIR --port N --pid N --bin DIR]
 */

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    megabytes: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
    data: { type: "string", default: "pgbench" },
    writing: { type: "boolean", default: false },
    script: { type: "boolean", default: true },
    bin: { type: "string", default: "/usr/lib/postgresql/15/bin" },
    container: { type: "string" },
    socket: { type: "string" },
    port: { type: "string" },
    pid: { type: "string" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "dbsave-bench-"));
try {
  await using place = await openPlace(options, folder);
  fill(place, options.data, Number(options.megabytes));
  console.log(`${place.version}, ${options.data}, ${place.databaseMegabytes()} MB, ${availableParallelism()} cores`);
  using writers = new DisposableStack();
  if (options.writing) writers.use(startWriting(place));
  const all = contenders(place, folder).filter(({ name }) => options.script || name !== "script");
  const costs = new Map<string, Cost[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const one of all) costs.get(one.name)?.push(await measure(place, folder, one));
  }
  for (const [name, list] of costs) console.log(`${name.padEnd(7)} ${shown(list)}`);
  const wall = (name: string): number => median(costs.get(name) ?? [], ({ seconds }) => seconds);
  const ratios = all.slice(1).map(({ name }) => `${(wall("dbsave") / wall(name)).toFixed(2)} of ${name}`);
  console.log(`dbsave takes ${ratios.join(", ")}; load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await rm(folder, { recursive: true });
}
