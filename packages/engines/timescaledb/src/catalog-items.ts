import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "@dbsave/postgres";

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
}

/** Chunks, continuous aggregates and jobs, read in batches. */
export async function catalogItems(session: Session): Promise<readonly FingerprintItem[]> {
  const items: FingerprintItem[] = [];
  for await (const rows of session.batches<Row>([chunksSql, aggregatesSql, jobsSql].join(" UNION ALL "))) {
    for (const { kind, name, definition } of rows) items.push({ kind, name, hash: hash("sha256", definition) });
  }
  return items;
}

const chunksSql = `
  SELECT 'chunk' AS kind, format('%I.%I', chunk_schema, chunk_name) AS name,
    json_build_array(hypertable_schema, hypertable_name, range_start, range_end, range_start_integer, range_end_integer,
      is_compressed)::text AS definition
  FROM timescaledb_information.chunks`;

/** Its view and the table behind it are compared as any other. */
const aggregatesSql = `
  SELECT 'continuous aggregate', format('%I.%I', a.view_schema, a.view_name),
    json_build_array(a.view_owner, a.materialized_only, a.compression_enabled, a.hypertable_schema, a.hypertable_name,
      a.materialization_hypertable_schema, a.materialization_hypertable_name, w.watermark)::text
  FROM timescaledb_information.continuous_aggregates a
  JOIN _timescaledb_catalog.continuous_agg c ON c.user_view_schema = a.view_schema AND c.user_view_name = a.view_name
  LEFT JOIN _timescaledb_catalog.continuous_aggs_watermark w ON w.mat_hypertable_id = c.mat_hypertable_id`;

/** Those below 1000 are TimescaleDB's own, made by every CREATE EXTENSION anew. */
const jobsSql = `
  SELECT 'job', format('%s %s', job_id, application_name),
    json_build_array(schedule_interval, max_runtime, max_retries, retry_period, proc_schema, proc_name, owner::regrole, scheduled,
      fixed_schedule, initial_start, config, hypertable_schema, hypertable_name, check_schema, check_name)::text
  FROM timescaledb_information.jobs WHERE job_id >= 1000`;
