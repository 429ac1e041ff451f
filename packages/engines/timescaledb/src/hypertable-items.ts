import { hash } from "node:crypto";
import { DbsaveError, type FingerprintItem } from "@dbsave/core";
import { displayName, identifier, type Session } from "@dbsave/postgres";

interface Hypertable {
  readonly schema: string;
  readonly name: string;
  readonly dimensions: string;
  readonly chunks: readonly (readonly [schema: string, name: string])[];
}

/**
 * One item for each hypertable, with the rows that are seen through it: each is counted by a query of its own. `rowsOf` knows
 * what is in a table. SOURCE_INVALID for one that does not show all rows of its chunks.
 */
export async function hypertableItems(
  session: Session,
  rowsOf: (schema: string, table: string) => number,
): Promise<readonly FingerprintItem[]> {
  const items: FingerprintItem[] = [];
  for (const { schema, name, dimensions, chunks } of await session.query<Hypertable>(hypertablesSql)) {
    const shown = displayName(schema, name);
    const held = chunks.reduce((sum, chunk) => sum + rowsOf(...chunk), rowsOf(schema, name));
    const [row] = await session.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${identifier(schema)}.${identifier(name)}`,
    );
    const seen = Number(row?.rows ?? 0);
    if (seen < held)
      throw new DbsaveError(
        "SOURCE_INVALID",
        `timescaledb: ${session.database}: the hypertable ${shown} shows ${seen} rows, its chunks hold ${held}`,
        {
          hint: "Restore it again from the beginning: a dump needs timescaledb_pre_restore() and timescaledb_post_restore().",
        },
      );
    items.push({ kind: "hypertable", name: shown, count: seen, hash: hash("sha256", `${seen} ${dimensions}`) });
  }
  return items;
}

/** Those of continuous aggregates, too, which the view of hypertables leaves out. */
const hypertablesSql = `
  SELECT d.hypertable_schema AS schema, d.hypertable_name AS name,
    json_agg(json_build_array(d.column_name, d.column_type, d.dimension_type, d.time_interval, d.integer_interval,
      d.integer_now_func, d.num_partitions) ORDER BY d.dimension_number)::text AS dimensions,
    (SELECT coalesce(json_agg(json_build_array(c.chunk_schema, c.chunk_name)), '[]') FROM timescaledb_information.chunks c
     WHERE c.hypertable_schema = d.hypertable_schema AND c.hypertable_name = d.hypertable_name) AS chunks
  FROM timescaledb_information.dimensions d
  GROUP BY d.hypertable_schema, d.hypertable_name ORDER BY 1, 2`;
