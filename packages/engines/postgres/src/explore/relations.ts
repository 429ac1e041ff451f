import type { ExploredItem } from "@dbsave/core";
import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";
import { estimated, type Relation } from "./relation.ts";
import { withoutWaiting } from "./without-waiting.ts";

interface Row {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly unlogged: boolean;
  readonly size: string | null;
  readonly indexes: string | null;
  readonly rows: number | null;
  readonly partitions: number;
}

/** Tables, partitioned ones with all their partitions as one, materialised views and foreign tables; none that belongs to `hyper`. */
export async function relationItems(session: Session, hyper: readonly Relation[]): Promise<readonly Relation[]> {
  const skipped = hyper.map(({ oid }) => oid);
  const rows = await withoutWaiting(session, async (areSizesRead) => {
    const sizes = areSizesRead ? readSizes : lastSizes;
    return await session.query<Row>(relationsSql(sizes), [skipped]);
  });
  return rows.map((row) => ({
    oid: row.oid,
    sql: `${row.kind === "table" ? "ONLY " : ""}${identifier(row.schema)}.${identifier(row.name)}`,
    item: itemOf(session.database, row),
  }));
}

function itemOf(
  database: string,
  { schema, name, kind, size, indexes, rows, partitions, unlogged }: Row,
): ExploredItem {
  return {
    kind,
    path: [database, schema, name],
    ...(size === null ? {} : { sizeBytes: Number(size) }),
    ...estimated(rows),
    details: {
      ...(Number(indexes) > 0 ? { indexBytes: Number(indexes) } : {}),
      ...(kind === "partitioned table" ? { partitions } : {}),
      ...(unlogged ? { unlogged } : {}),
    },
  };
}

interface Sizes {
  readonly total: string;
  readonly indexes: string;
  readonly heapPages: string;
}

const pageBytes = "current_setting('block_size')::int8";

/** SQL text, of the relation `c`: from its files, but not where somebody holds or waits for an exclusive lock on it or an index of it. */
const readSizes: Sizes = {
  total: `CASE WHEN locked.oid IS NULL THEN pg_total_relation_size(c.oid) ELSE c.relpages * ${pageBytes} END`,
  indexes: "CASE WHEN locked.oid IS NULL THEN pg_indexes_size(c.oid) END",
  heapPages: `CASE WHEN locked.oid IS NULL THEN pg_relation_size(c.oid) / ${pageBytes} ELSE c.relpages END`,
};

/** As the last VACUUM or ANALYZE wrote it down. */
const lastSizes: Sizes = {
  total: `c.relpages * ${pageBytes}`,
  indexes: `(SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid) * ${pageBytes}`,
  heapPages: "c.relpages",
};

/** Rows as the planner estimates them: by the density at the last ANALYZE; before the first one, by what was counted since. */
function relationsSql({ total, indexes, heapPages }: Sizes): string {
  return `
  WITH RECURSIVE locked AS (
    SELECT DISTINCT coalesce(i.indrelid, l.relation) AS oid
    FROM pg_locks l LEFT JOIN pg_index i ON i.indexrelid = l.relation
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ), root AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't' AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname !~ '^_timescaledb_'
      AND c.oid <> ALL ($1::oid[]) AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid AND inhparent = ANY ($1::oid[]))
  ), tree AS (
    SELECT oid AS root, oid AS leaf FROM root
    UNION ALL
    SELECT tree.root, i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.leaf JOIN pg_class c ON c.oid = i.inhrelid
    WHERE c.relispartition
  ), leaf AS (
    SELECT tree.root, c.oid, c.relkind, c.relpages, c.reltuples, ${total} AS total, ${indexes} AS indexes, ${heapPages} AS pages
    FROM tree JOIN pg_class c ON c.oid = tree.leaf LEFT JOIN locked ON locked.oid = c.oid
  ), counted AS (
    SELECT root, total, indexes, relkind, CASE
      WHEN relkind IN ('p', 'f') THEN NULL
      WHEN pages = 0 THEN 0
      WHEN relpages > 0 AND reltuples >= 0 THEN reltuples / relpages * pages
      ELSE nullif(pg_stat_get_live_tuples(oid), 0) END AS rows
    FROM leaf
  )
  SELECT root.oid::int8::float8 AS oid, root.nspname AS schema, root.relname AS name, root.relpersistence = 'u' AS unlogged,
    CASE root.relkind WHEN 'p' THEN 'partitioned table' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
    CASE WHEN root.relkind <> 'f' THEN sum(total) END AS size, sum(indexes) AS indexes,
    (count(*) FILTER (WHERE counted.relkind <> 'p'))::int AS partitions,
    CASE WHEN bool_and(rows IS NOT NULL) FILTER (WHERE counted.relkind <> 'p') THEN sum(rows) END::float8 AS rows
  FROM root JOIN counted ON counted.root = root.oid
  GROUP BY root.oid, root.nspname, root.relname, root.relkind, root.relpersistence`;
}
