import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../postgres/fill.ts";
import type { Place } from "../postgres/place.ts";

/** WAL that waits to be archived, as in the data directory of a server that has stopped asking. */
export interface FrozenWal {
  readonly dataDirectory: string;
  readonly segments: readonly string[];
}

/** Has the server write `count` segments, of small transactions and of one large table, and takes a copy of them. */
export function freezeWal(place: Place, count: number, folder: string): FrozenWal {
  place.psql("postgres", "ALTER SYSTEM SET wal_keep_size = '4GB'");
  place.psql("postgres", "SELECT pg_reload_conf()");
  fill(place, "pgbench", 100);
  const first = walFile(place);
  const written = (): number => finished(place, first).length;
  while (written() < count / 2) place.run(`${place.tool("pgbench")} -n -c 4 -t 5000 bench`);
  while (written() < count)
    place.psql(
      "bench",
      "CREATE TABLE IF NOT EXISTS t (i int, h text); INSERT INTO t SELECT i, md5(random()::text) FROM generate_series(1, 200000) i",
    );
  const segments = finished(place, first).slice(0, count);
  const dataDirectory = join(folder, "frozen");
  mkdirSync(join(dataDirectory, "pg_wal/archive_status"), { recursive: true });
  cpSync(join(place.dataDirectory, "global"), join(dataDirectory, "global"), { recursive: true });
  copyFileSync(join(place.dataDirectory, "PG_VERSION"), join(dataDirectory, "PG_VERSION"));
  for (const name of segments) {
    copyFileSync(join(place.dataDirectory, "pg_wal", name), join(dataDirectory, "pg_wal", name));
    writeFileSync(join(dataDirectory, "pg_wal/archive_status", `${name}.ready`), "");
  }
  return { dataDirectory, segments };
}

function walFile(place: Place): string {
  return place.psql("postgres", "SELECT pg_walfile_name(pg_current_wal_lsn())");
}

/** From `first` to the last segment that is full. */
function finished(place: Place, first: string): readonly string[] {
  const current = walFile(place);
  const names = readdirSync(join(place.dataDirectory, "pg_wal")).filter((name) => /^[0-9A-F]{24}$/.test(name));
  return names.filter((name) => name >= first && name < current).toSorted();
}
