import type { ProgressEvent } from "../contracts/events.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { newEventId } from "../repository/backup-id.ts";
import { type RunOptions, runWith } from "../run/context.ts";
import { RunJournal } from "../run/run-journal.ts";
import type { PipelineItem } from "./pipeline-item.ts";
import type { RecordedRun } from "./recorded-run.ts";
import type { RunResult, TargetResult } from "./run-result.ts";
import { runTarget } from "./run-target.ts";

export interface PipelineOptions extends RunOptions {
  /** Written into the run record, such as `dbsave run`. */
  readonly command?: string;
}

const recordLimitMs = 3_000;

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
    targets.push(...(await runItem(item, { ...run, report, runId, journal })));
  }
  return { runId, startedAt, finishedAt: run.now(), targets };
}

async function runItem(item: PipelineItem, run: RecordedRun): Promise<readonly TargetResult[]> {
  const { target, engine } = item.job;
  const first: TargetResult = { target, warnings: [] };
  const results: [TargetResult, ...TargetResult[]] = [first];
  try {
    await runTarget(item, run, results);
  } catch (raw) {
    const last = results.at(-1) ?? first;
    last.error = toDbsaveError(raw, "BACKUP_FAILED", `${engine.name}: run of ${target}`, run.signal);
  }
  await storeRecord(run, results.at(-1) ?? first);
  return results;
}

/** The record does not decide about the run: one that cannot be stored is a warning. */
async function storeRecord(run: RecordedRun, { warnings }: TargetResult): Promise<void> {
  try {
    await run.journal.save(AbortSignal.timeout(recordLimitMs));
  } catch (raw) {
    warnings.push(`record: ${toDbsaveError(raw, "STORAGE_FAILED", "the run record").message}`);
  }
}
