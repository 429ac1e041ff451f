import { setTimeout } from "node:timers/promises";
import { DbsaveError, isDbsaveError, type RecoveredTo, type RunContext, type SwitchedService } from "@dbsave/core";
import { toolText } from "../../tools/tool-text.ts";
import { formatLsn } from "../../wal/lsn.ts";
import { notRecovered, reachedIn } from "../start/reached.ts";
import { RecoveryLog } from "../start/recovery-log.ts";

const lookEveryMs = 500;
/** So often a server that is ready is asked for its timeline: an engine under load answers late, or with nothing. */
const mostLooks = 20;
/** Of `postmaster.pid`: what state the server is in. */
const stateLine = 7;

/**
 * Waits until the server of a container takes changes, by what it writes into its data directory: its log may go to a file, and be in any
 * language. TOOL_FAILED with its own words when the container ends, TIMED_OUT.
 */
export async function awaitRecovered(
  { tools, lines, signal }: SwitchedService,
  directory: string,
  ctx: RunContext,
): Promise<RecoveredTo> {
  const log = new RecoveryLog();
  const ended = follow(lines, log);
  const inside = { signal };
  for (let looks = 0; looks < mostLooks; ) {
    const state = await toolText(tools, "cat", [`${directory}/postmaster.pid`], inside).catch(unlessGone);
    if (state.split("\n")[stateLine]?.trim() === "ready") {
      const reached = await reachedIn(tools, directory, log.lastCommit, signal);
      if (reached !== null) return reached;
      looks += 1;
    }
    const next = await Promise.race([ended, setTimeout(lookEveryMs, "later" as const)]);
    if (next === "ended")
      throw new DbsaveError("TOOL_FAILED", `postgres: the restored server does not come up: ${log.why()}`);
    if (signal.aborted) throw gaveUp(log, ctx);
  }
  throw notRecovered();
}

async function follow(lines: AsyncIterable<string>, log: RecoveryLog): Promise<"ended"> {
  for await (const line of lines) log.take(line);
  return "ended";
}

/** Before the server writes it there is no such file; a container that has ended shows by its lines. */
function unlessGone(error: unknown): string {
  if (isDbsaveError(error, "TOOL_FAILED") || isDbsaveError(error, "CONNECT_FAILED")) return "";
  if (isDbsaveError(error, "ABORTED")) return "";
  throw error;
}

function gaveUp({ replayed }: RecoveryLog, { signal }: RunContext): DbsaveError {
  const far = replayed === null ? "it does not tell how far it is" : `${formatLsn(replayed)} was replayed`;
  const code = signal.aborted ? "ABORTED" : "TIMED_OUT";
  return new DbsaveError(code, `postgres: the recovery in the container is not complete: ${far}`);
}
