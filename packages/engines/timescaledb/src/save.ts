import type { Details, Session } from "@dbsave/postgres";
import { readExtension } from "./connect.ts";

type Sizes = Readonly<Record<"hypertables" | "chunks" | "compressedChunks" | "chunkBytes" | "compressedBytes", number>>;

/**
 * What a save, a probe and a manifest say of the session's database: version and edition of the extension, and how much is in
 * hypertables, those of continuous aggregates included. `compressedBytes` is what compressed chunks take,
 * `chunkBytes` all else. Reads catalogs and the sizes of files.
 */
export async function describe(session: Session): Promise<Details> {
  const extension = await readExtension(session);
  if (extension === undefined) return {};
  const { version, schema, edition, isLoaded } = extension;
  const said = { timescaledb: version, edition, extensionSchema: schema };
  if (!isLoaded) return said;
  const [sizes] = await session.query<{ readonly [K in keyof Sizes]: string }>(sizesSql);
  const numbers = Object.entries(sizes ?? {}).map(([key, value]) => [key, Number(value)] as const);
  return { ...said, ...Object.fromEntries(numbers) };
}

/** A table that went away meanwhile has no size. */
const sizesSql = `
  WITH chunk AS (
    SELECT k.is_compressed, pg_total_relation_size(c.oid) AS bytes
    FROM timescaledb_information.chunks k
    JOIN pg_namespace n ON n.nspname = k.chunk_schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = k.chunk_name
  )
  SELECT
    (SELECT count(DISTINCT (hypertable_schema, hypertable_name)) FROM timescaledb_information.dimensions) AS hypertables,
    (SELECT count(*) FROM chunk) AS chunks,
    (SELECT count(*) FROM chunk WHERE is_compressed) AS "compressedChunks",
    (SELECT coalesce(sum(bytes), 0) FROM chunk) AS "chunkBytes",
    (SELECT coalesce(sum(compressed_heap_size + compressed_toast_size + compressed_index_size), 0)
     FROM _timescaledb_catalog.compression_chunk_size) AS "compressedBytes"`;
