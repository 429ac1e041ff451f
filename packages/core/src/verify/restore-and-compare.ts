import { compareFingerprints } from "../catalog/compare-fingerprints.ts";
import type { ProofOfRestore } from "../catalog/proof.ts";
import type { ArtifactSource, Engine, RestoreReport, ScratchInstance } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Recovery } from "../contracts/log.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";

/** A recovery to a moment of the log, in place of a restore of the backup's own moment. */
export interface Drill {
  readonly recovery: Recovery;
  readonly requested: Date;
  readonly seed: number;
}

export interface Restored {
  readonly findings: readonly Finding[];
  readonly restored: ProofOfRestore;
  /** What was read, where that is all there is to say. */
  readonly read: string | null;
}

/** Restores into a scratch instance, by the clock, and compares its fingerprint; reads all of it where the backup has none. */
export async function restoreAndCompare(
  engine: Engine,
  source: ArtifactSource,
  drill: Drill | undefined,
  ctx: RunContext,
): Promise<Restored> {
  const { manifest } = source;
  if (engine.scratch === undefined) {
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no scratch instance to restore ${manifest.id} into`, {
      hint: "Verify with --level structure.",
    });
  }
  const startedAt = ctx.now();
  await using scratch = await engine.scratch(manifest, ctx);
  const request = { force: false, ...(drill !== undefined && { recovery: drill.recovery }) };
  const report = await scratch.engine.restore(request, source, ctx);
  const durationMs = Math.max(0, ctx.now().getTime() - startedAt.getTime());
  const { findings, read } = await examine(scratch, source, drill, ctx);
  const examined = read !== null || manifest.fingerprint !== null;
  return { findings, read, restored: { durationMs, examined, ...(drill && { drill: reachedBy(drill, report) }) } };
}

async function examine(
  scratch: ScratchInstance,
  { manifest }: ArtifactSource,
  drill: Drill | undefined,
  ctx: RunContext,
): Promise<Omit<Restored, "restored">> {
  const { fingerprint } = manifest;
  if (fingerprint !== null && drill === undefined) {
    const actual = await scratch.engine.fingerprint(ctx, fingerprint.algorithm);
    return { findings: compareFingerprints(fingerprint, actual), read: null };
  }
  if (scratch.check !== undefined) return { findings: [], read: await scratch.check(ctx) };
  const message = "was restored, but its method takes no fingerprint to compare with";
  return {
    findings: [{ severity: "warning", code: "VERIFY_FAILED", object: manifest.id, message }],
    read: null,
  };
}

function reachedBy({ requested, seed }: Drill, { reached }: RestoreReport): NonNullable<ProofOfRestore["drill"]> {
  if (reached !== undefined) return { requested, seed, reached: reached.at, position: reached.position };
  throw new DbsaveError("INTERNAL", "the engine did not say where the recovery ended");
}
