import type { CatalogEntry } from "../catalog/entries.ts";
import type { EngineLog, LogFile } from "../contracts/log.ts";

/** Which files of a target's log a prune takes away. */
export interface LogPolicy {
  readonly engine: Pick<EngineLog, "expendable">;
  /** How far back recovery to any moment stays possible, in milliseconds. Null: as far as the kept backups reach. */
  readonly keepMs: number | null;
}

/** What becomes of a target's log. */
export interface LogPlan {
  readonly keptFiles: number;
  readonly keptBytes: number;
  readonly removedBytes: number;
  /** Oldest first within each folder: a removal that is interrupted leaves no gap within what it leaves. */
  readonly remove: readonly LogFile[];
}

/**
 * What of `files` goes when of all backups only `kept` are left; nothing without a policy. A suspect backup holds what it needs, and
 * does not stand for the good one before it.
 */
export function planLog(
  policy: LogPolicy | null,
  kept: readonly Pick<CatalogEntry, "manifest" | "state">[],
  files: readonly LogFile[],
  now: Date,
): LogPlan {
  const since = policy?.keepMs == null ? null : new Date(now.getTime() - policy.keepMs);
  const spare = (backups: typeof kept): readonly LogFile[] =>
    policy?.engine.expendable(
      backups.map(({ manifest }) => manifest),
      files,
      since,
    ) ?? [];
  const withoutSuspects = new Set(spare(kept.filter(({ state }) => state === "good")));
  const remove = spare(kept).filter((file) => withoutSuspects.has(file));
  const removedBytes = bytesOf(remove);
  return {
    keptFiles: files.length - remove.length,
    keptBytes: bytesOf(files) - removedBytes,
    removedBytes,
    remove,
  };
}

function bytesOf(files: readonly LogFile[]): number {
  return files.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}
