import { randomBytes } from "node:crypto";
import { isDbsaveError, type RunContext } from "@dbsave/core";
import type { Walsender } from "./protocol/walsender.ts";

/**
 * Makes the server keep all WAL from now on until `walsender` ends, by a temporary replication slot. Where there is no free slot
 * the backup goes on without: the server itself fails a backup whose WAL is gone before it was sent.
 */
export async function reserveWal(walsender: Walsender, ctx: RunContext): Promise<void> {
  const slot = `dbsave_${randomBytes(6).toString("hex")}`;
  try {
    await walsender.ask(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY PHYSICAL (RESERVE_WAL)`);
  } catch (error) {
    if (isDbsaveError(error, "ABORTED")) throw error;
    const why = error instanceof Error ? error.message : String(error);
    ctx.report({ type: "note", message: `the WAL that the backup needs is not held by a slot: ${why}` });
  }
}
