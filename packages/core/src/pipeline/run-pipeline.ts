import type { ProgressEvent } from "../contracts/events.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { newEventId } from "../repository/backup-id.ts";
import { type RunOptions, runWith } from "../run/context.ts";
import { RunJournal } from "../run/run-journal.ts";
import type { RunResult, TargetResult } from "./run-result.ts";
import { type PipelineItem, type RecordedRun, runTarget } from "./run-target.ts";

export interface PipelineOptions extends RunOptions {
  /** Written into the run record, such as `dbsave run`. */
  readonly command?: string;
}

/**
 * The pipeline of cron: for every item lock, probe, preflight, save, backup, commit, read back, verify, guard, prune.
 * One target after another; a target that fails never stops the others. Never rejects for a target's failure: it is in
 * the result. What happened is recorded in each item's repository.
 */
export async function runPipeline(items: readonly PipelineItem[], options: PipelineOptions = {}): Promise<RunResult> {
  const run = runWith(options);
  const startedAt = run.now();
  const runId = newEventId(startedAt);
  const targets: TargetResult[] = [];
  for (const item of items) {
    const journal = new RunJournal(item.repository.storage, `${runId}-${item.job.target}`, startedAt, options.command);
    const report = (event: ProgressEvent): void => {
      journal.note(event);
      run.report(event);
    };
    targets.push(await runItem(item, { ...run, report, runId, journal }));
  }
  return { runId, startedAt, finishedAt: run.now(), targets };
}

async function runItem(item: PipelineItem, run: RecordedRun): Promise<TargetResult> {
  const { target, engine } = item.job;
  const result: TargetResult = { target, warnings: [] };
  try {
    await runTarget(item, run, result);
    return result;
  } catch (error) {
    const what = `${engine.name}: run of ${target}`;
    return { ...result, error: toDbsaveError(error, "BACKUP_FAILED", what, run.signal) };
  } finally {
    // The record must not decide about the run: whatever keeps it from being stored was reported by the run itself.
    await run.journal.save(AbortSignal.timeout(5_000)).catch(() => undefined);
  }
}
