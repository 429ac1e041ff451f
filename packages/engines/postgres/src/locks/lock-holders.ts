import { contentTablesFrom, contentTablesWhere } from "../rows/tables.ts";
import type { Session } from "../session.ts";

/** A session that keeps a table of the session's database from being read. */
export interface LockHolder {
  readonly table: string;
  readonly pid: number;
  /** `app_migrator (psql), idle in transaction`: never the statement, which may hold a secret. */
  readonly who: string;
}

/** Those that have their lock first, then those that wait for it and hold back whoever comes after them. */
export async function lockHolders(session: Session): Promise<readonly LockHolder[]> {
  return await session.query<LockHolder>(`
    SELECT c.oid::regclass::text AS "table", l.pid,
      concat_ws(', ', concat(a.usename, ' (' || nullif(a.application_name, '') || ')'), a.state) AS who
    FROM pg_locks l JOIN pg_stat_activity a USING (pid), ${contentTablesFrom}
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation = c.oid AND ${contentTablesWhere}
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY l.granted DESC, a.xact_start LIMIT 3`);
}
