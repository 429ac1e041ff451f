import { backupSource } from "../artifacts/backup-source.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine, RestorePlan, RestoreReport, RestoreRequest, RestoreSelection } from "../contracts/engine.ts";
import type { Recovery } from "../contracts/log.ts";
import type { Manifest } from "../contracts/manifest.ts";
import type { RecreateOrder } from "../contracts/service.ts";
import type { StartOrder } from "../contracts/start.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith, withContext } from "../run/context.ts";
import { checkEngine, checkSelection, checkStart, refuseErrors } from "./preflight.ts";

export interface RestoreOptions extends RunOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** Must be able to decode what the manifest names. */
  readonly codecs?: readonly Codec[];
  /** Where to, in the engine's terms (a path, a database name); the engine's own source when absent. */
  readonly into?: string;
  /** Allow a place that is not empty: what is there is moved aside. */
  readonly force?: boolean;
  /** Only this part of the backup. */
  readonly select?: RestoreSelection;
  /** How many sessions may fill the place side by side; the engine's own default when absent. */
  readonly jobs?: number;
  /** Beyond the backup's own moment: what `planRecovery` found, whose backup `manifest` must be. */
  readonly recovery?: Recovery;
  /** Where tablespaces go, by where they were on the source. */
  readonly tablespaces?: ReadonlyMap<string, string>;
  /** Start a server on what was restored, and leave it running. */
  readonly start?: StartOrder;
  /** Restore into a new volume of a service, and make it go on with that. */
  readonly recreate?: RecreateOrder;
}

/** What `restore` would do, without doing it. */
export async function planRestore(engine: Engine, options: RestoreOptions): Promise<RestorePlan> {
  check(engine, options);
  const { repository, manifest, codecs = [] } = options;
  const run = runWith(options);
  return await withContext(run, manifest.target, "restore", async (ctx) => {
    const source = await backupSource(repository, manifest, codecs, run.signal);
    return await engine.planRestore(requestOf(options), source, ctx);
  });
}

/**
 * Restores one backup. Every byte is checked against the manifest before the engine may call the result done; on any
 * failure the place is as it was before. TARGET_NOT_EMPTY without `force`, UNSUPPORTED for a part that the engine cannot restore
 * alone, BACKUP_NOT_FOUND when one that it was taken upon is gone, CHECKSUM_MISMATCH, KEY_WRONG, the engine's codes.
 */
export async function restore(engine: Engine, options: RestoreOptions): Promise<RestoreReport> {
  const run = runWith(options);
  const { repository, manifest, codecs = [] } = options;
  check(engine, options);
  try {
    return await withContext(run, manifest.target, "restore", async (ctx) => {
      const source = await backupSource(repository, manifest, codecs, run.signal);
      const plan = await engine.planRestore(requestOf(options), source, ctx);
      refuseErrors(engine.name, plan.findings);
      return await engine.restore(requestOf(options), source, ctx);
    });
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `${engine.name}: restore of ${manifest.id}`, run.signal);
  }
}

function check(engine: Engine, { manifest, select, recovery, tablespaces, start, recreate }: RestoreOptions): void {
  checkEngine(engine, manifest);
  checkSelection(engine, select);
  checkStart(engine, start ?? recreate);
  if (engine.log !== undefined) return;
  if (recovery !== undefined)
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no recovery beyond the moment of a backup`);
  if (tablespaces !== undefined) throw new DbsaveError("UNSUPPORTED", `${engine.name}: it has no tablespaces`);
}

function requestOf({
  into,
  force = false,
  select,
  jobs,
  recovery,
  tablespaces,
  start,
  recreate,
}: RestoreOptions): RestoreRequest {
  return {
    force,
    ...(recovery === undefined ? {} : { recovery }),
    ...(tablespaces === undefined ? {} : { tablespaces }),
    ...(into === undefined ? {} : { into }),
    ...(select === undefined ? {} : { select }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(start === undefined ? {} : { start }),
    ...(recreate === undefined ? {} : { recreate }),
  };
}
