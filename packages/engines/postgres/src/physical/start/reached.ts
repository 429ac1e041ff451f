import { DbsaveError, type RecoveredTo, type ToolRunner } from "@dbsave/core";
import { toolText } from "../../tools/tool-text.ts";
import { historyName, parseHistory } from "../../wal/history.ts";
import { formatLsn } from "../../wal/lsn.ts";

/**
 * Where the recovery in a data directory ended: the history of the newest timeline says where exactly that begins, and why there. Null as long as
 * there is none.
 */
export async function reachedIn(
  tools: ToolRunner,
  directory: string,
  at: Date | null,
  signal: AbortSignal,
): Promise<RecoveredTo | null> {
  const names = (await toolText(tools, "ls", [`${directory}/pg_wal`], { signal })).split("\n");
  const timelines = names.flatMap((name) => /^([0-9A-F]{8})\.history$/.exec(name)?.[1] ?? []);
  const timeline = Number.parseInt(timelines.toSorted().at(-1) ?? "0", 16);
  if (timeline === 0) return null;
  const history = await toolText(tools, "cat", [`${directory}/pg_wal/${historyName(timeline)}`], { signal });
  const branch = parseHistory(history, timeline).at(-1);
  if (branch === undefined)
    throw new DbsaveError("RESTORE_FAILED", `postgres: ${historyName(timeline)} does not say where it begins`);
  const [, , ...reason] = history.trim().split("\n").at(-1)?.trim().split(/\s+/) ?? [];
  return { position: formatLsn(branch.end), at, timeline, reason: reason.join(" ") };
}

/** A server takes changes, and has begun no timeline: it has not recovered as a restore does. */
export function notRecovered(): DbsaveError {
  const message = "postgres: the server came up without a recovery: it is on no new timeline";
  return new DbsaveError("RESTORE_FAILED", message, { hint: "Was recovery.signal in its data directory removed?" });
}
