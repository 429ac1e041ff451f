import { spawn } from "node:child_process";
import type { Place } from "./place.ts";

/** About 15 MB each. */
const pgbenchScaleMegabytes = 15;
const orderBytes = 150;

/** Makes the database `bench` anew. `orders` looks like the rows of a business, `tables` is 10,000 small tables. */
export function fill(place: Place, data: string, megabytes: number): void {
  place.psql("postgres", "DROP DATABASE IF EXISTS bench");
  place.psql("postgres", "CREATE DATABASE bench");
  if (data === "pgbench")
    place.run(`${place.tool("pgbench")} -i -q -s ${Math.ceil(megabytes / pgbenchScaleMegabytes)} bench`);
  else if (data === "orders") place.psql("bench", ordersSql(Math.round((megabytes * 1e6) / orderBytes)));
  else if (data === "tables") place.run(`${place.tool("psql")} -Xq -c "${tablesSql}" -c '\\gexec' bench`);
  else throw new Error(`unknown data: ${data}`);
  place.psql("bench", "VACUUM ANALYZE");
  place.psql("bench", "CHECKPOINT");
}

function ordersSql(rows: number): string {
  return `CREATE TABLE orders AS SELECT i::int8 AS id, (random() * 1e6)::int AS customer, timestamptz '2024-01-01' + i * interval '7.3 s' AS at,
      (random() * 1000)::numeric(12, 2) AS total, (ARRAY['pending', 'paid', 'shipped', 'refunded'])[1 + i % 4] AS status,
      md5(i::text) || ' ' || md5((i * 7)::text) AS note FROM generate_series(1, ${rows}) i;
    ALTER TABLE orders ADD PRIMARY KEY (id)`;
}

const tablesSql =
  "SELECT format('CREATE TABLE t_%s AS SELECT i AS id, i::text AS note FROM generate_series(1, 10) i', n) FROM generate_series(1, 10000) n";

/** 50 transactions a second until disposed. */
export function startWriting(place: Place): Disposable {
  const writer = spawn("bash", ["-c", `exec ${place.tool("pgbench")} -n -R 50 -T 3600 bench`], {
    env: { ...process.env, ...place.env },
    stdio: "ignore",
  });
  return { [Symbol.dispose]: () => void writer.kill("SIGINT") };
}
