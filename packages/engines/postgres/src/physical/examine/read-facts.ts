import { DbsaveError } from "@dbsave/core";
import type { Session } from "../../session.ts";

/** What a server says of replication and of its WAL. Every role may read it. */
export interface ReplicationFacts {
  readonly major: number;
  readonly isStandby: boolean;
  readonly mayReplicate: boolean;
  readonly walLevel: string;
  readonly maxSenders: number;
  readonly usedSenders: number;
  readonly maxSlots: number;
  readonly usedSlots: number;
  readonly dataChecksums: boolean;
  readonly archiveMode: string;
  /** Of archive_command or archive_library; empty when there is none. */
  readonly archiver: string;
  readonly archiveTimeoutSeconds: number;
  readonly lastArchivedAt: Date | null;
  readonly lastFailedAt: Date | null;
  readonly lastFailedWal: string | null;
  readonly failedCount: number;
  /** Null before PostgreSQL 17. */
  readonly summarizeWal: boolean | null;
  /** 0: for ever. */
  readonly summariesKeptMinutes: number;
  /** -1: without limit. */
  readonly slotKeepsMegabytes: number;
  readonly now: Date;
}

export interface SlotFacts {
  readonly isActive: boolean;
  /** `lost`: WAL that it was to keep is gone. */
  readonly walStatus: string | null;
  readonly keptBytes: number;
}

export async function readReplicationFacts(session: Session): Promise<ReplicationFacts> {
  const [row] = await session.query<ReplicationFacts>(factsSql);
  if (row === undefined) throw new DbsaveError("INTERNAL", "postgres: the server does not tell its settings");
  return row;
}

/** Undefined when there is no such slot. */
export async function readSlot(session: Session, slot: string): Promise<SlotFacts | undefined> {
  const [row] = await session.query<SlotFacts>(
    `SELECT active AS "isActive", wal_status AS "walStatus", coalesce(pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn), 0)::float8 AS "keptBytes"
     FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  return row;
}

const factsSql = `
  WITH known AS (SELECT name, setting, reset_val FROM pg_settings)
  SELECT current_setting('server_version_num')::int4 / 10000 AS major, pg_is_in_recovery() AS "isStandby",
    (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user) AS "mayReplicate",
    current_setting('wal_level') AS "walLevel",
    current_setting('max_wal_senders')::int4 AS "maxSenders", (SELECT count(*) FROM pg_stat_replication)::int4 AS "usedSenders",
    current_setting('max_replication_slots')::int4 AS "maxSlots", (SELECT count(*) FROM pg_replication_slots)::int4 AS "usedSlots",
    current_setting('data_checksums') <> 'off' AS "dataChecksums",
    current_setting('archive_mode') AS "archiveMode",
    CASE WHEN coalesce(current_setting('archive_library', true), '') <> '' THEN current_setting('archive_library')
      ELSE (SELECT reset_val FROM known WHERE name = 'archive_command') END AS archiver, -- its setting hides it while archive_mode is off
    (SELECT setting::int4 FROM known WHERE name = 'archive_timeout') AS "archiveTimeoutSeconds",
    a.last_archived_time AS "lastArchivedAt", a.last_failed_time AS "lastFailedAt", a.last_failed_wal AS "lastFailedWal",
    a.failed_count::float8 AS "failedCount",
    current_setting('summarize_wal', true) = 'on' AS "summarizeWal",
    coalesce((SELECT setting::int4 FROM known WHERE name = 'wal_summary_keep_time'), 0) AS "summariesKeptMinutes",
    (SELECT setting::int4 FROM known WHERE name = 'max_slot_wal_keep_size') AS "slotKeepsMegabytes",
    now() AS now
  FROM pg_stat_archiver a`;
