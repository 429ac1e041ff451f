import { DbsaveError, type RecoveredTo } from "@dbsave/core";
import { historyName, parseHistory } from "../../wal/history.ts";
import { formatLsn } from "../../wal/lsn.ts";
import { type Inside, readInside } from "../inside/inside.ts";
import { timelineInProduction } from "../restore/control-file.ts";
import { controlFile } from "../restore/recovery-files.ts";

/**
 * Where the recovery in a data directory ended, by what its server wrote there; null as long as it does not take changes. The timeline is that of the
 * control file: the directory may hold histories of others, which were restored. RESTORE_FAILED when it is none after `left`.
 */
export async function reachedIn(
  inside: Inside,
  directory: string,
  { left, at }: { readonly left: number; readonly at: Date | null },
): Promise<RecoveredTo | null> {
  const timeline = timelineInProduction(await readInside(inside, `${directory}/${controlFile}`));
  if (timeline === null) return null;
  if (timeline <= left)
    throw new DbsaveError(
      "RESTORE_FAILED",
      "postgres: the server came up without a recovery: it is on no new timeline",
      {
        hint: "Was recovery.signal in its data directory removed?",
      },
    );
  const history = (await readInside(inside, `${directory}/pg_wal/${historyName(timeline)}`)).toString();
  const branch = parseHistory(history, timeline).at(-1);
  if (branch === undefined)
    throw new DbsaveError("RESTORE_FAILED", `postgres: ${historyName(timeline)} does not say where it begins`);
  const [, , ...reason] = history.trim().split("\n").at(-1)?.trim().split(/\s+/) ?? [];
  return { position: formatLsn(branch.end), at, timeline, reason: reason.join(" ") };
}
