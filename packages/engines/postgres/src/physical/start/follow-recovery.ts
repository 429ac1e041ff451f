import { DbsaveError, type LastingServer, type RunContext } from "@dbsave/core";
import { formatLsn } from "../../wal/lsn.ts";
import { RecoveryLog } from "./recovery-log.ts";

/** Where the WAL begins that is replayed, and where it ends as far as is known. */
export interface RecoverySpan {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Reads what the server prints until it takes changes, and reports how far it is. TOOL_FAILED with the server's own words when it ends
 * before, RECOVERY_UNREACHABLE when it has not found its target, TIMED_OUT, ABORTED.
 */
export async function followRecovery(
  { lines }: Pick<LastingServer, "lines">,
  { from, to }: RecoverySpan,
  timeoutMs: number,
  ctx: RunContext,
): Promise<RecoveryLog> {
  const log = new RecoveryLog();
  const limit = AbortSignal.timeout(timeoutMs);
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(failure(log, ctx.signal.aborted ? "ABORTED" : "TIMED_OUT", timeoutMs));
  given.promise.catch(() => undefined);
  const signal = AbortSignal.any([ctx.signal, limit]);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  const iterator = lines[Symbol.asyncIterator]();
  try {
    while (!log.isReady) {
      const line = await Promise.race([iterator.next(), given.promise]);
      if (line.done === true) throw failure(log, "TOOL_FAILED", timeoutMs);
      const before = log.replayed;
      log.take(line.value);
      if (log.replayed === null || log.replayed === before) continue;
      const doneBytes = Number(log.replayed - from);
      ctx.report({ type: "progress", item: "recovery", doneBytes, totalBytes: Math.max(doneBytes, Number(to - from)) });
    }
    return log;
  } finally {
    iterator.return?.().catch(() => undefined); // not waited for: the next line may never come
  }
}

const missed = "recovery ended before configured recovery target was reached";

function failure(log: RecoveryLog, code: "ABORTED" | "TIMED_OUT" | "TOOL_FAILED", timeoutMs: number): DbsaveError {
  const far = log.replayed === null ? "nothing was replayed" : `${formatLsn(log.replayed)} was replayed`;
  if (code === "ABORTED") return new DbsaveError(code, `postgres: recovery cancelled: ${far}`);
  if (code === "TIMED_OUT")
    return new DbsaveError(code, `postgres: the recovery is not complete after ${timeoutMs} ms: ${far}`, {
      hint: "Give it more time. When it is started again, it goes on from its last restart point.",
    });
  const why = log.why();
  if (why.includes(missed)) return new DbsaveError("RECOVERY_UNREACHABLE", `postgres: ${missed}: ${far}: ${why}`);
  return new DbsaveError(code, `postgres: the restored server does not come up: ${why}`);
}
