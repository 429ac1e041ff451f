import type { Proof } from "../catalog/proof.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Manifest } from "../contracts/manifest.ts";
import type { DbsaveError } from "../errors/dbsave-error.ts";
import { ERRORS } from "../errors/error-table.ts";
import type { LogStanding } from "../log/log-standing.ts";
import type { PruneReport } from "./prune.ts";

/** What became of one target in a run by one of its methods. Each member is there as far as the pipeline got. */
export interface TargetResult {
  readonly target: string;
  /** Absent when the target stopped before any backup was begun. */
  method?: string;
  manifest?: Manifest;
  proof?: Proof;
  /** What the guard found against the target's history. */
  guarded?: readonly Finding[];
  /** Of the whole target, in the result of its last method. */
  pruned?: PruneReport;
  /** How the archived log stands; absent where there is none, null where that cannot be told. */
  log?: LogStanding | null;
  readonly warnings: string[];
  /** Why it stopped. */
  error?: DbsaveError;
}

export interface RunResult {
  readonly runId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** In the order of the items; one for each method of a target. */
  readonly targets: readonly TargetResult[];
}

/** Whether a backup was taken that may stand for those which go. */
export function isSound({ error, proof, guarded = [] }: TargetResult): boolean {
  return error === undefined && proof?.outcome !== "failed" && guarded.length === 0;
}

/** The exit status a target stands for: its error's, 4 kept but not proven, 13 guarded, 5 warnings, 0. */
export function exitOfTarget(result: TargetResult): number {
  if (result.error !== undefined) return ERRORS[result.error.code].exit;
  if (result.proof !== undefined && result.proof.outcome !== "passed") return ERRORS.VERIFY_FAILED.exit;
  if ((result.guarded ?? []).length > 0) return ERRORS.GUARD_TRIPPED.exit;
  return result.warnings.length > 0 ? 5 : 0;
}

/** The worst of all targets; 130 when the run was cancelled; 3 when some stopped and others did not. */
export function exitOfRun(results: readonly TargetResult[]): number {
  if (results.some(({ error }) => error?.code === "ABORTED")) return ERRORS.ABORTED.exit;
  const stopped = results.filter((result) => result.error !== undefined);
  if (stopped.length > 0 && stopped.length < results.length) return 3;
  const exits = results.map(exitOfTarget);
  const [first = 0] = exits;
  if (exits.every((exit) => exit === first)) return first;
  if (stopped.length > 0) return 1;
  return [13, 4, 5].find((exit) => exits.includes(exit)) ?? 0;
}
