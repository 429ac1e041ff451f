import { formatDuration, hourMs } from "./duration.ts";
import type { GoodBackup } from "./keep-rule.ts";
import { massDelete } from "./mass-delete.ts";
import type { RetentionBackup, RetentionConditions } from "./retention-plan.ts";

const clockToleranceMs = hourMs / 6;

export interface Draft {
  /** All, oldest first. */
  readonly backups: readonly RetentionBackup[];
  readonly good: readonly GoodBackup[];
  /** By the id of everything that stays. */
  readonly kept: ReadonlyMap<string, unknown>;
  readonly now: Date;
}

/** Why nothing may be deleted now, whatever the draft of the plan says. */
export function* freezes({ backups, good, kept, now }: Draft, conditions: RetentionConditions): Generator<string> {
  const {
    reasons = [],
    lastRunFailed,
    unreadable = [],
    expectedIntervalMs,
    maxRemoveRatio = 0.5,
    allowMassDelete,
  } = conditions;
  yield* reasons;
  if (lastRunFailed) yield "the last run failed";
  for (const id of unreadable) yield `the manifest of ${id} cannot be read`;
  const latest = backups.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime()).at(-1);
  if (latest && latest.startedAt.getTime() - now.getTime() > clockToleranceMs)
    yield `the clock says ${now.toISOString()}, but ${latest.id} started at ${latest.startedAt.toISOString()}: one is wrong`;
  const newestGood = good.at(-1)?.startedAt.getTime() ?? Number.NEGATIVE_INFINITY;
  if (latest && expectedIntervalMs !== undefined && now.getTime() - newestGood > 2 * expectedIntervalMs)
    yield `no good backup for more than ${formatDuration(2 * expectedIntervalMs)}, twice the expected interval`;
  if (!allowMassDelete) yield* massDelete(good, kept, maxRemoveRatio);
}
