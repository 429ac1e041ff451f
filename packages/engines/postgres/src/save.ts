import { DbsaveError, isDbsaveError, type RunContext, type SaveReport } from "@dbsave/core";
import { withSession } from "./connect.ts";
import { describeDatabases } from "./describe-databases.ts";
import { describe, type ParsedOptions } from "./options.ts";
import { readServer } from "./server.ts";
import type { Session } from "./session.ts";
import { identifier } from "./sql/quote.ts";

interface Control {
  readonly checkpoint: string;
  readonly at: Date;
}

/**
 * `CHECKPOINT`: every page that changed before is written and flushed when it returns, which the control file then shows.
 * It writes as fast as the disks can. On a standby it makes a restartpoint, as far as the primary's last checkpoint allows.
 * SAVE_FAILED, with the GRANT, for a role that may not.
 */
export async function save(options: ParsedOptions, ctx: RunContext): Promise<SaveReport> {
  return await withSession(options, options.database, ctx.signal, async (session) => {
    const server = await readServer(session);
    const before = await readControl(session);
    try {
      await session.query("CHECKPOINT");
    } catch (error) {
      throw refusal(error, options, server.major);
    }
    const after = await readControl(session);
    const more = await describeDatabases(options, ctx.signal);
    const moved = after.checkpoint !== before.checkpoint;
    if (!moved && !server.isStandby)
      throw new DbsaveError("SAVE_FAILED", `postgres: the control file shows no new checkpoint: ${describe(options)}`);
    const proof = `${server.isStandby ? "standby: restartpoint" : "checkpoint"} ${proofOf(before, after)}`;
    return { proof, details: { ...details(before, after), ...more, standby: server.isStandby } };
  });
}

async function readControl(session: Session): Promise<Control> {
  const [row] = await session.query<Control>(
    "SELECT checkpoint_lsn::text AS checkpoint, checkpoint_time AS at FROM pg_control_checkpoint()",
  );
  if (row === undefined) throw new DbsaveError("SAVE_FAILED", "postgres: the control file cannot be read");
  return row;
}

/** Without a new one everything that the standby has was on disk before. */
function proofOf(before: Control, after: Control): string {
  const place = `at ${after.checkpoint}, taken ${after.at.toISOString().replace(".000", "")}, is in pg_control`;
  return after.checkpoint === before.checkpoint
    ? `${place} already: the primary made none since`
    : `${place}; the one before was at ${before.checkpoint}`;
}

function details(before: Control, after: Control): Record<string, string> {
  return { before: before.checkpoint, after: after.checkpoint, at: after.at.toISOString() };
}

function refusal(error: unknown, options: ParsedOptions, major: number): unknown {
  if (!isDbsaveError(error, "PERMISSION_DENIED")) return error;
  const role = identifier(options.user);
  const hint = major >= 15 ? `GRANT pg_checkpoint TO ${role};` : `ALTER ROLE ${role} SUPERUSER; or set save: optional`;
  return new DbsaveError("SAVE_FAILED", `postgres: role ${options.user} may not CHECKPOINT: ${describe(options)}`, {
    cause: error,
    hint: `Run: ${hint}`,
  });
}
