import { type Catalog, readCatalog } from "../catalog/catalog.ts";
import { guardAgainstHistory } from "../catalog/guard.ts";
import { type Proof, writeProof } from "../catalog/proof.ts";
import type { ServerFacts } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Job } from "../contracts/job.ts";
import type { Manifest, ManifestSave } from "../contracts/manifest.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { lockTarget, type TargetLock } from "../lock/target-lock.ts";
import { plainBytes, storedBytes } from "../manifest/measure.ts";
import { checkTargetName } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { type Run, withContext } from "../run/context.ts";
import { formatBytes } from "../run/format-bytes.ts";
import { type PhaseOutcome, phase } from "../run/phases.ts";
import type { RunJournal } from "../run/run-journal.ts";
import { verify } from "../verify/verify.ts";
import { chooseKind, type KindChoice } from "./choose-kind.ts";
import { bytesOfLast, checkCodecs, checkMethod, checkSpace, checkVerifyLevel, refuseErrors } from "./preflight.ts";
import { type PruneReport, pruneLocked } from "./prune.ts";
import type { TargetResult } from "./run-result.ts";
import { sweepLeftovers } from "./sweep.ts";
import { takeBackup } from "./take-backup.ts";

export interface PipelineItem {
  readonly job: Job;
  readonly repository: Repository;
}

/** A run whose events are kept in the repository. */
export interface RecordedRun extends Run {
  readonly runId: string;
  readonly journal: RunJournal;
}

/** The pipeline of one target. `result` is filled as far as it gets; the first failure of a phase is thrown. */
export async function runTarget(item: PipelineItem, run: RecordedRun, result: TargetResult): Promise<void> {
  const { job, repository } = item;
  const { target, engine, retention: policy } = job;
  const step = recordedPhases(run, target, result.warnings);

  await using lock = await step("lock", () => lockFor(item, run));
  const source = await step("probe", () => probe(job, run));
  const { method, catalog, choice } = await step("preflight", () => preflight(item, source, run));
  const save = await step("save", () => saveSource(job, run));
  const order = { ...job, repository, method, ...choice, source, save, run: run.runId };
  const manifest = await step("backup", async () => summarised(await takeBackup(engine, order, lock, run)));
  result.manifest = manifest;
  if (job.verify !== "off") result.proof = await step("verify", () => prove(item, manifest, run));
  result.guarded = await step("guard", () => guard(item, manifest, catalog, run));
  if (policy === null) return;
  const sound = result.proof?.outcome !== "failed" && result.guarded.length === 0;
  const log = engine.log && { engine: engine.log, keepMs: job.logKeepMs ?? null };
  result.pruned = await step("prune", () => rotate({ repository, target, policy, log }, sound, lock, run));
}

type Step = <T>(name: Parameters<typeof phase>[2], work: () => Promise<PhaseOutcome<T>>) => Promise<T>;

/** Phases whose end is stored in the run record, and whose warnings are collected. */
function recordedPhases(run: RecordedRun, target: string, warnings: string[]): Step {
  return async (name, work) => {
    const noticed = async (): ReturnType<typeof work> => {
      const outcome = await work();
      if (outcome.state === "warning") warnings.push(`${name}: ${outcome.message ?? "see the log"}`);
      return outcome;
    };
    const value = await phase(run, target, name, noticed);
    // Each record holds all before it, so only the last one has to tell when it could not be stored.
    await run.journal.save(run.signal).catch(() => undefined);
    return value;
  };
}

async function lockFor({ job, repository }: PipelineItem, run: RecordedRun): Promise<PhaseOutcome<TargetLock>> {
  checkTargetName(job.target);
  const options = { run: run.runId, now: run.now, signal: run.signal };
  return { value: await lockTarget(repository.storage, job.target, options) };
}

async function probe(job: Job, run: Run): Promise<PhaseOutcome<ServerFacts>> {
  const facts = await withContext(run, job.target, "probe", (ctx) => job.engine.probe(ctx));
  refuseErrors(job.engine.name, facts.findings);
  const warnings = facts.findings.filter(({ severity }) => severity === "warning");
  if (warnings.length > 0) return warned(facts, warnings);
  return { value: facts, message: `${facts.description} (${facts.version})` };
}

interface Prepared {
  readonly method: string;
  readonly catalog: Catalog;
  readonly choice: KindChoice;
}

/** Everything that can be known to fail fails here. Leftovers go first, because they may be what fills the disk. */
async function preflight(item: PipelineItem, source: ServerFacts, run: Run): Promise<PhaseOutcome<Prepared>> {
  const { job, repository } = item;
  const method = checkMethod(job.engine, job.methods?.[0], "full");
  checkVerifyLevel(job.engine, job.verify);
  await checkCodecs(job.codecs);
  const catalog = await readCatalog(repository, job.target, run.signal);
  const unswept = await sweep(repository, catalog, run);
  const { engine, incremental: policy } = job;
  const choice = chooseKind({ engine, method, source, catalog, now: run.now(), ...(policy && { policy }) });
  const expected = bytesOfLast(catalog, method, choice.kind);
  const space = await checkSpace(repository.storage, source, expected, run.signal);
  const last = catalog.entries.at(-1)?.manifest;
  return warned({ method, catalog, choice }, [...unswept, ...space, ...otherSource(source, last)]);
}

/** Two databases that share a target by mistake would take turns as its latest backup. */
function otherSource({ identity, description }: ServerFacts, last: Manifest | undefined): readonly Finding[] {
  if (last === undefined || last.source.identity === identity) return [];
  const message = `not the source of the last backup, which was ${last.source.description}: two need a target each`;
  return [{ severity: "warning", code: "GUARD_TRIPPED", object: description, message }];
}

/** What cannot be cleaned up is no reason to go without a backup. */
async function sweep(repository: Repository, catalog: Catalog, run: Run): Promise<readonly Finding[]> {
  try {
    await sweepLeftovers(repository, catalog, run);
    return [];
  } catch (raw) {
    const { code, message } = toDbsaveError(raw, "STORAGE_FAILED", `sweep of ${catalog.target}`, run.signal);
    if (code === "ABORTED") throw raw;
    return [{ severity: "warning", code, object: "leftovers of interrupted runs", message }];
  }
}

async function saveSource(job: Job, run: Run): Promise<PhaseOutcome<ManifestSave>> {
  if (job.save === "off") return { value: { state: "skipped", message: "switched off" }, state: "skipped" };
  try {
    const { proof } = await withContext(run, job.target, "save", (ctx) => job.engine.save(ctx));
    const state = job.engine.capabilities.save === "not-needed" ? "not-needed" : "done";
    return { value: { state, message: proof }, message: proof };
  } catch (raw) {
    const error = toDbsaveError(raw, "SAVE_FAILED", `${job.engine.name}: save of ${job.target}`, run.signal);
    if (job.save === "required" || error.code === "ABORTED") throw error;
    return { value: { state: "failed", message: error.message }, state: "warning", message: error.message };
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

async function rotate(
  options: Parameters<typeof pruneLocked>[0],
  sound: boolean,
  lock: TargetLock,
  run: Run,
): Promise<PhaseOutcome<PruneReport>> {
  const pruned = await pruneLocked({ ...options, conditions: { lastRunFailed: !sound } }, lock, run);
  const { frozen, keep } = pruned.plan;
  const files = pruned.log?.remove.length ?? 0;
  if (frozen.length > 0) return { value: pruned, state: "warning", message: `nothing deleted: ${frozen.join("; ")}` };
  const ofLog = files === 0 ? "" : `, and ${files} files of the log removed`;
  return { value: pruned, message: `${pruned.removed.length} removed, ${keep.length} kept${ofLog}` };
}

function warned<T>(value: T, findings: readonly Finding[]): PhaseOutcome<T> {
  const message = findings.map((finding) => `${finding.object}: ${finding.message}`).join("; ");
  return findings.length === 0 ? { value } : { value, state: "warning", message };
}
