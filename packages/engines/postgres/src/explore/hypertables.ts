import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";
import { estimated, type Relation } from "./relation.ts";
import { withoutWaiting } from "./without-waiting.ts";

interface Row {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly chunks: number;
  readonly compressed: number;
  readonly size: string | null;
  readonly rows: string | null;
}

/** With all their chunks as one, by the extension's own views and functions; none where the extension is not. */
export async function hypertables(session: Session): Promise<readonly Relation[]> {
  const [extension] = await session.query<{ schema: string }>(`
    SELECT nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'timescaledb'`);
  if (extension === undefined) return [];
  const rows = await withoutWaiting(session, async (areSizesRead) =>
    session.query<Row>(hypertablesSql(identifier(extension.schema), areSizesRead)),
  );
  return rows.map(({ oid, schema, name, chunks, compressed, size, rows: count }) => ({
    oid,
    sql: `${identifier(schema)}.${identifier(name)}`,
    item: {
      kind: "hypertable",
      path: [session.database, schema, name],
      ...(size === null ? {} : { sizeBytes: Number(size) }),
      ...estimated(count === null ? null : Number(count)),
      details: { chunks, ...(chunks > 0 ? { compressedShare: compressed / chunks } : {}) },
    },
  }));
}

function hypertablesSql(schema: string, areSizesRead: boolean): string {
  const size = areSizesRead ? `(SELECT sum(total_bytes) FROM ${schema}.hypertable_detailed_size(c.oid))` : "NULL";
  return `
    SELECT c.oid::int8::float8 AS oid, h.hypertable_schema AS schema, h.hypertable_name AS name, h.num_chunks::int AS chunks,
      (SELECT count(*) FROM timescaledb_information.chunks k WHERE k.hypertable_schema = h.hypertable_schema
        AND k.hypertable_name = h.hypertable_name AND k.is_compressed)::int AS compressed,
      ${size}::text AS size, ${schema}.approximate_row_count(c.oid)::text AS rows
    FROM timescaledb_information.hypertables h
    JOIN pg_namespace n ON n.nspname = h.hypertable_schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = h.hypertable_name`;
}
