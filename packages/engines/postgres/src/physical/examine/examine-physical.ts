import { type Finding, isDbsaveError } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import type { Session } from "../../session.ts";
import { openWalsender } from "../protocol/walsender.ts";
import { archivingFindings } from "./archiving.ts";
import { readReplicationFacts, readSlot } from "./read-facts.ts";
import { receivingFindings } from "./receiving.ts";
import { replicationFindings } from "./replication.ts";
import { shortcoming } from "./shortcoming.ts";
import { summaryFindings } from "./summaries.ts";

/**
 * What method `physical`, and what the target wants of it, lack on the session's server, with the SQL that changes it; empty for a
 * target without. When nothing speaks against it a replication connection is opened and closed: only so is known what
 * pg_hba.conf says.
 */
export async function examinePhysical(
  options: ParsedOptions,
  session: Session,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (options.physical === null) return [];
  const { wal, incremental } = options.physical;
  const facts = await readReplicationFacts(session);
  const found = [...replicationFindings(facts, options.user)];
  if (!found.some(({ severity }) => severity === "error")) found.push(...(await connectFindings(options, signal)));
  if (wal?.mode === "archive") found.push(...archivingFindings(facts, wal.command));
  if (wal?.mode === "receive") found.push(...receivingFindings(facts, await readSlot(session, wal.slot), wal));
  if (incremental) found.push(...summaryFindings(facts));
  return found;
}

async function connectFindings(options: ParsedOptions, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    await using _ = await openWalsender(options, signal);
    return [];
  } catch (error) {
    if (!isDbsaveError(error) || error.code === "ABORTED") throw error;
    const { code, message, hint: fix } = error;
    return [shortcoming("error", { code, object: "replication", message, fix })];
  }
}

/** What the files of all databases take, those included that the role may not connect to where it may know. */
export async function clusterBytes(session: Session): Promise<number> {
  const [row] = await session.query<{ bytes: number }>(`
    SELECT coalesce(sum(pg_database_size(oid)), 0)::float8 AS bytes FROM pg_database
    WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')`);
  return row?.bytes ?? 0;
}
