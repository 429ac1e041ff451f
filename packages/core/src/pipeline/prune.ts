import { readCatalog } from "../catalog/catalog.ts";
import type { Catalog } from "../catalog/entries.ts";
import { pinnedIds } from "../catalog/pin.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { lockTarget, type TargetLock } from "../lock/target-lock.ts";
import { openLog } from "../log/log-store.ts";
import { type LogPlan, type LogPolicy, planLog } from "../log/plan-log.ts";
import { newEventId } from "../repository/backup-id.ts";
import { deleteBackup } from "../repository/delete-backup.ts";
import { checkTargetName } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import type { RetentionPolicy } from "../retention/policy.ts";
import type { RetentionConditions, RetentionPlan } from "../retention/retention-plan.ts";
import { type Run, type RunOptions, runWith } from "../run/context.ts";
import { formatBytes } from "../run/format-bytes.ts";
import { planTarget } from "./plan-target.ts";
import { sweepLeftovers } from "./sweep.ts";

export interface PruneOptions extends RunOptions {
  readonly repository: Repository;
  readonly target: string;
  /** Null: every backup stays, and only the log is pruned. */
  readonly policy: RetentionPolicy | null;
  /** For targets whose log is archived; without it nothing of a log is removed. */
  readonly log?: LogPolicy | undefined;
  /** What else is known: a failed run, an expected interval, that deleting most of a target is meant. */
  readonly conditions?: RetentionConditions;
}

export interface PrunePlan {
  readonly plan: RetentionPlan;
  /** Null where nothing of a log is archived. */
  readonly log: LogPlan | null;
}

export interface PruneReport extends PrunePlan {
  readonly removed: readonly string[];
  /** Leftovers of dead runs that were cleaned on the way. */
  readonly swept: number;
}

/** The plan alone, from what the repository lists now. Changes nothing. */
export async function planPrune(options: PruneOptions): Promise<PrunePlan> {
  const run = runWith(options);
  const catalog = await readCatalog(options.repository, options.target, run.signal);
  const plan = planTarget(catalog, options.policy, run.now(), options.conditions);
  const gone = new Set(plan.remove.map(({ id }) => id));
  return { plan, log: await planLogOf(options, plan, catalog, gone, run) };
}

/**
 * Applies the policy under the target's lock. Deletes in reverse of how backups are committed, dependents first, and then what of
 * the log no backup that is left needs; killed anywhere it leaves every remaining backup whole, and the next prune finishes. A
 * frozen plan deletes nothing.
 */
export async function prune(options: PruneOptions): Promise<PruneReport> {
  const run = runWith(options);
  const { repository, target } = options;
  checkTargetName(target);
  const runId = newEventId(run.now());
  try {
    await using lock = await lockTarget(repository.storage, target, { run: runId, now: run.now, signal: run.signal });
    return await pruneLocked(options, lock, run);
  } catch (error) {
    throw toDbsaveError(error, "STORAGE_FAILED", `prune of ${target}`, run.signal);
  }
}

/** `prune` for a caller that holds the lock. */
export async function pruneLocked(
  options: Omit<PruneOptions, keyof RunOptions>,
  lock: TargetLock,
  run: Run,
): Promise<PruneReport> {
  const { repository, target } = options;
  const catalog = await readCatalog(repository, target, run.signal);
  const swept = await sweepLeftovers(repository, catalog, run);
  const plan = planTarget(catalog, options.policy, run.now(), options.conditions);
  const removed: string[] = [];
  for (const { id, reason } of plan.remove) {
    await lock.assertHeld(run.signal);
    // A pin needs no lock. One that came since this was planned may hold others too, so the next prune plans anew.
    if ((await pinnedIds(repository.storage, target, run.signal)).has(id)) break;
    await deleteBackup(repository.storage, target, id, run.signal);
    removed.push(id);
    tell(run, target, `removed ${id}: ${reason}`);
  }
  const log = await planLogOf(options, plan, catalog, new Set(removed), run);
  if (log !== null) await removeLog(options, log, lock, run);
  return { plan, removed, swept, log };
}

/** Backups that nobody can read may need anything: they freeze the plan, and with it the log. */
async function planLogOf(
  { repository, target, log: policy }: Omit<PruneOptions, keyof RunOptions>,
  plan: RetentionPlan,
  catalog: Catalog,
  gone: ReadonlySet<string>,
  run: Run,
): Promise<LogPlan | null> {
  const files = await openLog(repository, target, [], run.signal).list();
  if (files.length === 0) return null;
  const kept = catalog.entries.filter(({ manifest }) => !gone.has(manifest.id));
  return planLog(plan.frozen.length > 0 ? null : (policy ?? null), kept, files, run.now());
}

async function removeLog(
  { repository, target }: Omit<PruneOptions, keyof RunOptions>,
  { remove, removedBytes }: LogPlan,
  lock: TargetLock,
  run: Run,
): Promise<void> {
  if (remove.length === 0) return;
  const log = openLog(repository, target, [], run.signal);
  for (const file of remove) {
    await lock.assertHeld(run.signal);
    await log.remove(file);
  }
  tell(run, target, `removed ${remove.length} files of the log, ${formatBytes(removedBytes)}: nothing kept needs them`);
}

function tell(run: Run, target: string, message: string): void {
  run.report({ type: "note", at: run.now(), target, phase: "prune", message });
}
