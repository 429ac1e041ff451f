import { setTimeout as pause } from "node:timers/promises";
import { DbsaveError, isDbsaveError, type RunContext } from "@dbsave/core";
import { withSession } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { lockHolders } from "./lock-holders.ts";

const attempts = 3;

/**
 * Calls `attempt` again after SOURCE_BUSY, with a pause that grows from half of the lock timeout: who waits for what we held
 * meanwhile can go on. The last SOURCE_BUSY names the table and the sessions that hold it.
 */
export async function whileLocked<T>(
  options: ParsedOptions,
  database: string,
  ctx: RunContext,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isDbsaveError(error, "SOURCE_BUSY")) throw error;
      const busy = await explain(options, database, error, ctx.signal);
      if (number === attempts) throw busy;
      const message = `attempt ${number} of ${attempts}: ${busy.message}`;
      ctx.report({ type: "note", message });
      await pause((options.lockWaitTimeoutMs * number) / 2, undefined, { signal: ctx.signal });
    }
  }
}

async function explain(
  options: ParsedOptions,
  database: string,
  cause: DbsaveError,
  signal: AbortSignal,
): Promise<DbsaveError> {
  const [first, ...others] = await withSession(options, database, signal, lockHolders);
  if (first === undefined) return cause; // gone by now
  const { table, pid, who } = first;
  const more = others.length > 0 ? `, and ${others.map((other) => other.pid).join(", ")}` : "";
  return new DbsaveError("SOURCE_BUSY", `postgres: ${database}: ${table} is locked by session ${pid}: ${who}${more}`, {
    cause,
    hint: `Wait until it ends, or end it: SELECT pg_terminate_backend(${pid}); lockWaitTimeoutMs says how long a backup waits.`,
  });
}
