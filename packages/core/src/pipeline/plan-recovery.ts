import { readCatalog } from "../catalog/catalog.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Recovery, RecoveryTarget } from "../contracts/log.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { openLog } from "../log/log-store.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith } from "../run/context.ts";

export interface PlanRecoveryOptions extends RunOptions {
  readonly repository: Repository;
  readonly target: string;
  /** Where the recovery shall end. */
  readonly to: RecoveryTarget;
  /** Id of the backup to begin with; the newest good one that reaches `to` when absent. */
  readonly backup?: string;
  /** Must be able to decode what was archived. */
  readonly codecs?: readonly Codec[];
}

/**
 * Finds the way to a moment of a target's log: the newest backup that is not known to be bad and reaches it, and the
 * archived files that lead there without a gap. Reads only as much as that takes, and writes nothing. The result is for
 * `planRestore` and `restore`: its `route.backup` is their `manifest`. RECOVERY_UNREACHABLE with what can be reached,
 * UNSUPPORTED for an engine without a log.
 */
export async function planRecovery(engine: Engine, options: PlanRecoveryOptions): Promise<Recovery> {
  const { repository, target, to, codecs = [], backup } = options;
  const { signal } = runWith(options);
  if (engine.log === undefined)
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no recovery beyond the moment of a backup`);
  try {
    const { entries } = await readCatalog(repository, target, signal);
    const own = entries.filter(({ manifest }) => manifest.engine === engine.name);
    const wanted = own.filter(({ manifest, state }) =>
      backup === undefined ? state === "good" : manifest.id === backup,
    );
    const log = openLog(repository, target, codecs, signal);
    const bases = wanted.map(({ manifest }) => manifest);
    return { route: await engine.log.plan(to, bases, log, signal), log };
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `${engine.name}: recovery of ${target}`, signal);
  }
}
