import { artifactSource } from "../artifacts/artifact-source.ts";
import { compareFingerprints } from "../catalog/compare-fingerprints.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine, RestorePlan, RestoreReport } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith, withContext } from "../run/context.ts";
import { checkEngine, refuseErrors } from "./preflight.ts";

export interface RestoreOptions extends RunOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** Must be able to decode what the manifest names. */
  readonly codecs?: readonly Codec[];
  /** Where to, in the engine's terms (a path, a database name); the engine's own source when absent. */
  readonly into?: string;
  /** Allow a place that is not empty: what is there is moved aside. */
  readonly force?: boolean;
}

/** What `restore` would do, without doing it. */
export async function planRestore(engine: Engine, options: RestoreOptions): Promise<RestorePlan> {
  checkEngine(engine, options.manifest);
  const run = runWith(options);
  return await withContext(run, options.manifest.target, "restore", (ctx) =>
    engine.planRestore(requestOf(options), options.manifest, ctx),
  );
}

/**
 * Restores one backup. Every byte is checked against the manifest before the engine may call the result done; on any
 * failure the place is as it was before. TARGET_NOT_EMPTY without `force`, CHECKSUM_MISMATCH, KEY_WRONG, the engine's codes.
 */
export async function restore(engine: Engine, options: RestoreOptions): Promise<RestoreReport> {
  const run = runWith(options);
  const { repository, manifest, codecs = [] } = options;
  checkEngine(engine, manifest);
  try {
    return await withContext(run, manifest.target, "restore", async (ctx) => {
      const plan = await engine.planRestore(requestOf(options), manifest, ctx);
      refuseErrors(engine.name, plan.findings);
      return await engine.restore(requestOf(options), artifactSource(repository, manifest, codecs, run.signal), ctx);
    });
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `${engine.name}: restore of ${manifest.id}`, run.signal);
  }
}

/** Compares what `engine` holds now with the fingerprint of a backup: every difference as a finding. */
export async function compareWithBackup(
  engine: Engine,
  manifest: Manifest,
  options: RunOptions = {},
): Promise<readonly Finding[]> {
  const { fingerprint } = manifest;
  if (fingerprint === null)
    throw new DbsaveError("UNSUPPORTED", `${manifest.id}: it carries no fingerprint to compare with`);
  const run = runWith(options);
  return await withContext(run, manifest.target, "restore", async (ctx) =>
    compareFingerprints(fingerprint, await engine.fingerprint(ctx)),
  );
}

function requestOf(options: RestoreOptions): { readonly into?: string; readonly force: boolean } {
  const force = options.force ?? false;
  return options.into === undefined ? { force } : { into: options.into, force };
}
