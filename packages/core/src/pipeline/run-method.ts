import type { Catalog } from "../catalog/entries.ts";
import { guardAgainstHistory } from "../catalog/guard.ts";
import { type Proof, writeProof } from "../catalog/proof.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import type { TargetLock } from "../lock/target-lock.ts";
import { plainBytes, storedBytes } from "../manifest/measure.ts";
import { formatBytes } from "../run/format-bytes.ts";
import type { PhaseOutcome } from "../run/phases.ts";
import { verify } from "../verify/verify.ts";
import type { PipelineItem } from "./pipeline-item.ts";
import { ofMethod, refuseErrors } from "./preflight.ts";
import { type RecordedRun, recordedPhases, warned } from "./recorded-run.ts";
import type { TargetResult } from "./run-result.ts";
import { type BackupOrder, takeBackup } from "./take-backup.ts";

export interface MethodRun {
  readonly item: PipelineItem;
  readonly order: BackupOrder;
  /** As it was before the run. */
  readonly catalog: Catalog;
  readonly lock: TargetLock;
  /** Filled as far as it gets, with the failure that ended it. */
  readonly result: TargetResult;
  readonly run: RecordedRun;
}

/** The part of the pipeline that each method has for itself. Only ABORTED is thrown. */
export async function runMethod({ item, order, catalog, lock, result, run }: MethodRun): Promise<void> {
  const { engine, verify: level, target } = item.job;
  const step = recordedPhases(run, target, result.warnings);
  try {
    const manifest = await step("backup", async () => {
      refuseErrors(engine.name, order.source.findings.filter(ofMethod(order.method)));
      return summarised(await takeBackup(engine, order, lock, run));
    });
    result.manifest = manifest;
    if (level !== "off") result.proof = await step("verify", () => prove(item, manifest, run));
    result.guarded = await step("guard", () => guard(item, manifest, catalog, run));
  } catch (raw) {
    const error = toDbsaveError(raw, "BACKUP_FAILED", `${engine.name}: run of ${target}`, run.signal);
    if (error.code === "ABORTED") throw error;
    result.error = error;
  }
}

function summarised(manifest: Manifest): PhaseOutcome<Manifest> {
  const sizes = `${formatBytes(plainBytes(manifest))}, ${formatBytes(storedBytes(manifest))} stored`;
  const kind = manifest.kind === "full" ? "" : `${manifest.kind}, `;
  return { value: manifest, message: `${manifest.id}: ${kind}${sizes}` };
}

async function prove(item: PipelineItem, manifest: Manifest, run: RecordedRun): Promise<PhaseOutcome<Proof>> {
  const { job, repository } = item;
  const level = job.verify === "off" ? "hashes" : job.verify;
  const proof = await verify(job.engine, { ...run, repository, manifest, level, codecs: job.codecs });
  return { value: proof, state: proof.outcome === "passed" ? "ok" : "warning", message: proof.summary };
}

async function guard(
  item: PipelineItem,
  manifest: Manifest,
  catalog: Catalog,
  run: RecordedRun,
): Promise<PhaseOutcome<readonly Finding[]>> {
  const { job, repository } = item;
  if (job.guard === null) return { value: [], state: "skipped" };
  const startedAt = run.now();
  const earlier = catalog.entries.map((entry) => entry.manifest);
  const findings = guardAgainstHistory(manifest, earlier, job.guard);
  if (findings.length > 0) {
    const summary = findings.map((finding) => finding.message).join("; ");
    const { id: backup, target, host } = manifest;
    const when = { startedAt, durationMs: 0, host, run: run.runId };
    const proof = {
      formatVersion: 1,
      target,
      backup,
      level: "guard",
      outcome: "failed",
      summary,
      findings,
      ...when,
    } as const;
    await writeProof(repository.storage, proof, run.signal);
  }
  return warned(findings, findings);
}
