import { DbsaveError } from "@dbsave/core";
import { withSession } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { readServer, type Server } from "../server.ts";
import type { Session } from "../session.ts";

/** What a restore must know of the server that a base backup is of. */
export interface PhysicalServer extends Server {
  readonly systemIdentifier: string;
  readonly dataChecksums: boolean;
  readonly walSegmentBytes: number;
  readonly pageBytes: number;
  /** Files of relations are not larger. */
  readonly relationSegmentBytes: number;
  /** Without as many of each a copy of the data does not start. */
  readonly maxConnections: number;
  readonly maxPreparedTransactions: number;
  readonly maxLocksPerTransaction: number;
  readonly maxWorkerProcesses: number;
  readonly maxWalSenders: number;
  /** Whether it notes which blocks its WAL changes, without which there are no incremental backups. */
  readonly summarizesWal: boolean;
  /** Whether the server loads TimescaleDB, without which databases that use it cannot be read. */
  readonly hasTimescale: boolean;
}

const oldestMajor = 15;

/** UNSUPPORTED for a server older than PostgreSQL 15. Needs no more than the right to connect. */
export async function readPhysicalServer(options: ParsedOptions, signal: AbortSignal): Promise<PhysicalServer> {
  return await withSession(options, options.database, signal, async (session) => {
    const server = await readServer(session);
    if (server.major < oldestMajor)
      throw new DbsaveError(
        "UNSUPPORTED",
        `postgres: server ${server.version}: base backups need ${oldestMajor} or newer`,
        {
          hint: "Use method logical, or upgrade the server.",
        },
      );
    return { ...server, ...(await readFacts(session)) };
  });
}

async function readFacts(session: Session): Promise<Omit<PhysicalServer, keyof Server>> {
  const [row] = await session.query<Omit<PhysicalServer, keyof Server>>(factsSql);
  if (row === undefined) throw new DbsaveError("INTERNAL", "postgres: the server does not tell its settings");
  return row;
}

const factsSql = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
    current_setting('data_checksums') <> 'off' AS "dataChecksums",
    pg_size_bytes(current_setting('wal_segment_size'))::int4 AS "walSegmentBytes",
    current_setting('block_size')::int4 AS "pageBytes",
    pg_size_bytes(current_setting('segment_size'))::int4 AS "relationSegmentBytes",
    current_setting('max_connections')::int4 AS "maxConnections",
    current_setting('max_prepared_transactions')::int4 AS "maxPreparedTransactions",
    current_setting('max_locks_per_transaction')::int4 AS "maxLocksPerTransaction",
    current_setting('max_worker_processes')::int4 AS "maxWorkerProcesses",
    current_setting('max_wal_senders')::int4 AS "maxWalSenders",
    coalesce(current_setting('summarize_wal', true), 'off') = 'on' AS "summarizesWal",
    EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.disable_load') AS "hasTimescale"`;
