import type { RestoreReport } from "@dbsave/core";
import { withSession } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { maintenance } from "../../scratch.ts";

/** Where the recovery of a server ended that has come up since. */
export async function recoveredTo(
  options: ParsedOptions,
  signal: AbortSignal,
): Promise<NonNullable<RestoreReport["reached"]>> {
  return await withSession(options, maintenance, signal, async (session) => {
    const [row] = await session.query<{ position: string | null; at: string | null }>(reachedSql);
    const { position, at } = row ?? { position: null, at: null };
    return { position: position ?? "0/0", at: at === null ? null : new Date(at) };
  });
}

const reachedSql = `SELECT pg_last_wal_replay_lsn()::text AS position,
  to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;
