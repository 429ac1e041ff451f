import { setTimeout } from "node:timers/promises";
import {
  DbsaveError,
  type ErrorCode,
  isDbsaveError,
  type RecoveredTo,
  type RunContext,
  type SwitchedService,
} from "@dbsave/core";
import { formatLsn } from "../../wal/lsn.ts";
import { type Inside, readInside } from "../inside/inside.ts";
import { reachedIn } from "../start/reached.ts";
import { RecoveryLog } from "../start/recovery-log.ts";

const lookEveryMs = 500;
/** Of `postmaster.pid`: what state the server is in. */
const stateLine = 7;

/**
 * Waits until the server of a container takes changes, by what it writes into its data directory: its log may go to a file, and be in any
 * language. TOOL_FAILED with its own words when the container ends, RESTORE_FAILED when it is on no timeline after `left`, TIMED_OUT.
 */
export async function awaitRecovered(
  { tools, lines, signal }: SwitchedService,
  { directory, left }: { readonly directory: string; readonly left: number },
  ctx: RunContext,
): Promise<RecoveredTo> {
  const log = new RecoveryLog();
  const ended = follow(lines, log);
  const inside = { tools, signal };
  const look = async (): Promise<RecoveredTo | null> =>
    (await takesConnections(inside, directory))
      ? await reachedIn(inside, directory, { left, at: log.lastCommit })
      : null;
  for (;;) {
    const reached = await look().catch(unlessEarly);
    if (reached !== null) return reached;
    const next = await Promise.race([ended, setTimeout(lookEveryMs, "later" as const)]);
    if (next === "ended")
      throw new DbsaveError("TOOL_FAILED", `postgres: the restored server does not come up: ${log.why()}`);
    if (signal.aborted) throw gaveUp(log, ctx);
  }
}

/** A server that still recovers says so, too, from when on it takes readers. */
async function takesConnections(inside: Inside, directory: string): Promise<boolean> {
  const lines = (await readInside(inside, `${directory}/postmaster.pid`)).toString().split("\n");
  return lines[stateLine]?.trim() === "ready";
}

async function follow(lines: AsyncIterable<string>, log: RecoveryLog): Promise<"ended"> {
  for await (const line of lines) log.take(line);
  return "ended";
}

/** There is no such file yet, or it is being written; a container that has ended shows by its lines, a run by its signal. */
const early: ReadonlySet<ErrorCode> = new Set(["ABORTED", "CONNECT_FAILED", "SOURCE_INVALID", "TOOL_FAILED"]);

function unlessEarly(error: unknown): null {
  if (isDbsaveError(error) && early.has(error.code)) return null;
  throw error;
}

function gaveUp({ replayed }: RecoveryLog, { signal }: RunContext): DbsaveError {
  const far = replayed === null ? "it does not tell how far it is" : `${formatLsn(replayed)} was replayed`;
  const code = signal.aborted ? "ABORTED" : "TIMED_OUT";
  return new DbsaveError(code, `postgres: the recovery in the container is not complete: ${far}`);
}
