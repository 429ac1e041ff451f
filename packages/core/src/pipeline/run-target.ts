import { readCatalog } from "../catalog/catalog.ts";
import type { Catalog } from "../catalog/entries.ts";
import type { ServerFacts } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Job } from "../contracts/job.ts";
import type { Manifest, ManifestSave } from "../contracts/manifest.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { lockTarget, type TargetLock } from "../lock/target-lock.ts";
import { checkTargetName } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { type Run, withContext } from "../run/context.ts";
import type { PhaseOutcome } from "../run/phases.ts";
import { hasLog } from "./check-log.ts";
import { chooseKind, type KindChoice } from "./choose-kind.ts";
import { logPhase } from "./log-phase.ts";
import type { PipelineItem } from "./pipeline-item.ts";
import {
  bytesOfLast,
  checkCodecs,
  checkMethod,
  checkSpace,
  checkVerifyLevel,
  ofMethod,
  refuseErrors,
} from "./preflight.ts";
import { type PruneReport, pruneLocked } from "./prune.ts";
import { type RecordedRun, recordedPhases, warned } from "./recorded-run.ts";
import { runMethod } from "./run-method.ts";
import { isSound, type TargetResult } from "./run-result.ts";
import { sweepLeftovers } from "./sweep.ts";

/**
 * The pipeline of one target. `results`, which begins with one for the target, has one for each method in the end, filled as
 * far as it got. A method that fails does not stop the others, but pruning; any other failure is thrown.
 */
export async function runTarget(
  item: PipelineItem,
  run: RecordedRun,
  results: [TargetResult, ...TargetResult[]],
): Promise<void> {
  const { job, repository } = item;
  const { target, engine, retention: policy } = job;
  const [first] = results;
  const step = recordedPhases(run, target, first.warnings);

  await using lock = await step("lock", () => lockFor(item, run));
  const source = await step("probe", () => probe(job, run));
  const { catalog, choices } = await step("preflight", () => preflight(item, source, run));
  const save = await step("save", () => saveSource(job, run));
  for (const [index, choice] of choices.entries()) {
    const result: TargetResult = index === 0 ? first : { target, warnings: [] };
    if (result !== first) results.push(result);
    result.method = choice.method;
    const order = { ...job, repository, ...choice, source, save, run: run.runId };
    await runMethod({ item, order, catalog, lock, result, run });
  }
  if (results.some(({ error }) => error !== undefined)) return;
  const last = results.at(-1) ?? first;
  const lastStep = recordedPhases(run, target, last.warnings);
  const keepMs = job.log?.keepMs ?? null;
  if (policy !== null || keepMs !== null) {
    const sound = results.every(isSound);
    const log = engine.log && { engine: engine.log, keepMs };
    last.pruned = await lastStep("prune", () => rotate({ repository, target, policy, log }, sound, lock, run));
  }
  if (engine.log !== undefined && (job.log != null || (await hasLog(repository, target, run.signal))))
    last.log = await lastStep("log", () => logPhase(item, run));
}

async function lockFor({ job, repository }: PipelineItem, run: RecordedRun): Promise<PhaseOutcome<TargetLock>> {
  checkTargetName(job.target);
  const options = { run: run.runId, now: run.now, signal: run.signal };
  return { value: await lockTarget(repository.storage, job.target, options) };
}

async function probe(job: Job, run: Run): Promise<PhaseOutcome<ServerFacts>> {
  const facts = await withContext(run, job.target, "probe", (ctx) => job.engine.probe(ctx));
  const methods = methodsOf(job);
  const [, other] = methods;
  const findings = facts.findings.filter((finding) => methods.some((method) => ofMethod(method)(finding)));
  // What one of several methods lacks fails that one alone.
  refuseErrors(job.engine.name, other === undefined ? findings : findings.filter(({ method }) => method === undefined));
  const warnings = findings.filter(({ severity }) => severity === "warning");
  if (warnings.length > 0) return warned(facts, warnings);
  return { value: facts, message: `${facts.description} (${facts.version})` };
}

/** In the order in which a run takes them. */
function methodsOf({ methods = [], engine }: Job): readonly string[] {
  return methods.length > 0 ? methods : Object.keys(engine.capabilities.methods).slice(0, 1);
}

interface Prepared {
  readonly catalog: Catalog;
  readonly choices: readonly (KindChoice & { readonly method: string })[];
}

/** Everything that can be known to fail fails here. Leftovers go first, because they may be what fills the disk. */
async function preflight(item: PipelineItem, source: ServerFacts, run: Run): Promise<PhaseOutcome<Prepared>> {
  const { job, repository } = item;
  const { engine, incremental: policy } = job;
  const methods = methodsOf(job).map((method) => checkMethod(engine, method, "full"));
  checkVerifyLevel(engine, job.verify);
  await checkCodecs(job.codecs);
  const catalog = await readCatalog(repository, job.target, run.signal);
  const unswept = await sweep(repository, catalog, run);
  const choices = methods.map((method) => ({
    method,
    ...chooseKind({ engine, method, source, catalog, now: run.now(), ...(policy && { policy }) }),
  }));
  const expected = choices.map(({ method, kind }) => bytesOfLast(catalog, method, kind));
  const known = expected.includes(undefined) ? undefined : expected.reduce<number>((sum, bytes = 0) => sum + bytes, 0);
  const space = await checkSpace(repository.storage, source, known, run.signal);
  const last = catalog.entries.at(-1)?.manifest;
  return warned({ catalog, choices }, [...unswept, ...space, ...otherSource(source, last)]);
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
