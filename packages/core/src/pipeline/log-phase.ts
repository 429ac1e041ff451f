import { toDbsaveError } from "../errors/dbsave-error.ts";
import type { LogStanding } from "../log/log-standing.ts";
import type { Run } from "../run/context.ts";
import { formatBytes } from "../run/format-bytes.ts";
import type { PhaseOutcome } from "../run/phases.ts";
import { checkLog } from "./check-log.ts";
import type { PipelineItem } from "./pipeline-item.ts";
import { warned } from "./recorded-run.ts";

/** `checkLog` as the last phase of a run: the backup is there whatever becomes of this, so what cannot be looked at is a warning. */
export async function logPhase({ job, repository }: PipelineItem, run: Run): Promise<PhaseOutcome<LogStanding | null>> {
  const { target, engine, codecs, log: limits = null } = job;
  try {
    const standing = await checkLog(engine.log, { ...run, repository, target, codecs, limits });
    const wrong = standing.findings.filter(({ severity }) => severity !== "info");
    if (wrong.length > 0) return warned(standing, wrong);
    return { value: standing, message: `${standing.files} files, ${formatBytes(standing.bytes)}, without a gap` };
  } catch (raw) {
    const { code, message } = toDbsaveError(raw, "STORAGE_FAILED", `log of ${target}`, run.signal);
    if (code === "ABORTED") throw raw;
    return { value: null, state: "warning", message };
  }
}
