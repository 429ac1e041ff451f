import { setTimeout } from "node:timers/promises";
import { DbsaveError } from "@dbsave/core";
import { type ExecSession, endOfExec } from "./exec-session.ts";
import { killMarked, signalMarked } from "./marked-processes.ts";

/** How long the engine may take for the requests that end a program. */
const engineGraceMs = 5000;

/**
 * SIGTERM to the program and all it started. Resolves when the program is over or the grace time is, whether that
 * worked or not: `endSession` comes after it. `giveUp` ends the waiting for an engine that answers nothing at all.
 */
export async function askToEnd(
  starting: Promise<ExecSession>,
  killAfterMs: number,
  giveUp: AbortController,
): Promise<Record<string, never>> {
  const settled = new AbortController();
  void setTimeout(killAfterMs + engineGraceMs, undefined, { signal: settled.signal }).then(
    () => giveUp.abort(),
    () => undefined,
  );
  try {
    const { exec, processes } = await starting;
    const grace = AbortSignal.timeout(killAfterMs);
    await signalMarked(processes, "TERM", giveUp.signal);
    await endOfExec(exec, grace);
  } catch {
    // Not over yet, or not to be known.
  }
  settled.abort();
  return {};
}

/**
 * SIGKILL to what is left of a program and all it started. Rejects with TOOL_FAILED when the program still runs or the engine
 * does not tell.
 */
export async function endSession(starting: Promise<ExecSession>, where: string): Promise<void> {
  const session = await starting.catch(() => undefined);
  if (session === undefined) return;
  const { exec, socket, processes } = session;
  const limit = AbortSignal.timeout(engineGraceMs);
  try {
    await killMarked(processes, limit);
    await endOfExec(exec, limit);
  } catch (error) {
    if (await isOver(session, error)) return;
    throw new DbsaveError("TOOL_FAILED", `it may still run in ${where}: ${String(error)}`, {
      cause: error,
      hint: "Look with `docker top` and end it there.",
    });
  } finally {
    socket.destroy();
  }
}

/** A container that stopped (409) or is gone (404) took all its processes along. */
async function isOver({ exec }: ExecSession, error: unknown): Promise<boolean> {
  const { statusCode } = error as { readonly statusCode?: number };
  if (statusCode === 404 || statusCode === 409) return true;
  return await exec.inspect({ abortSignal: AbortSignal.timeout(engineGraceMs) }).then(
    ({ Running }) => !Running,
    () => false,
  );
}
