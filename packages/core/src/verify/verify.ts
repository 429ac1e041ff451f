import { hostname } from "node:os";
import { backupSource } from "../artifacts/backup-source.ts";
import { type Proof, writeProof } from "../catalog/proof.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { VerifyLevel } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import type { ErrorCode } from "../errors/error-table.ts";
import { loadChain } from "../manifest/load-chain.ts";
import { checkEngine } from "../pipeline/preflight.ts";
import { newEventId } from "../repository/backup-id.ts";
import type { Repository } from "../repository/repository.ts";
import { type Run, type RunOptions, runWith, withContext } from "../run/context.ts";
import { ProgressMeter } from "../run/progress-meter.ts";
import { drain } from "../streams/drain.ts";
import { checkFiles } from "./check-files.ts";
import { type Drill, type Restored, restoreAndCompare } from "./restore-and-compare.ts";
import { summarise, worstOf } from "./summarise.ts";

export interface VerifyOptions extends RunOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly level: VerifyLevel;
  /** Must be able to decode what the manifest names; not needed for level `hashes`. */
  readonly codecs?: readonly Codec[];
  /** The run that asks, for the proof; a new id when absent. */
  readonly runId?: string;
  /** Recover to this moment of the log instead of the backup's own; for level `restore`. */
  readonly drill?: Drill;
}

/**
 * Climbs the ladder up to `level`: stored bytes against the manifest, then structure by the engine, then a restore into a
 * scratch instance whose fingerprint must equal the one taken in the backup's own snapshot. The result is recorded beside
 * the backup, also when it failed. Damage is an outcome, not an exception; KEY_WRONG and UNSUPPORTED are thrown and
 * recorded nowhere, because they say nothing about the backup; a backup of another engine is UNSUPPORTED too. Other failures to check are recorded as `inconclusive`.
 */
export async function verify(engine: Engine, options: VerifyOptions): Promise<Proof> {
  const run = runWith(options);
  if (options.level !== "hashes") checkEngine(engine, options.manifest);
  const startedAt = run.now();
  const verdict = await climb(engine, options, run);
  const { findings, outcome, restored } = verdict;
  const proof: Proof = {
    formatVersion: 1,
    target: options.manifest.target,
    backup: options.manifest.id,
    level: options.level,
    outcome,
    startedAt,
    durationMs: Math.max(0, run.now().getTime() - startedAt.getTime()),
    summary: outcome === "passed" ? summarise(options, verdict) : (worstOf(findings) ?? outcome),
    findings,
    ...(restored !== undefined && { restored }),
    host: hostname(),
    run: options.runId ?? newEventId(startedAt),
  };
  await writeProof(options.repository.storage, proof, run.signal);
  return proof;
}

type Contents = Pick<Restored, "findings"> & Partial<Restored>;
type Verdict = Contents & Pick<Proof, "outcome">;

/** Thrown: the caller asked for something that cannot be, and no proof is written. */
const notAboutTheBackup: ReadonlySet<ErrorCode> = new Set(["KEY_WRONG", "OPTIONS_INVALID", "UNSUPPORTED", "ABORTED"]);
/** The surroundings failed, so the backup was not judged. Everything else counts against it. */
const surroundings: ReadonlySet<ErrorCode> = new Set([
  "NO_SPACE",
  "PERMISSION_DENIED",
  "STORAGE_FAILED",
  "CONNECT_FAILED",
  "TOOL_MISSING",
  "TIMED_OUT",
  "SOURCE_BUSY",
]);

async function climb(engine: Engine, options: VerifyOptions, run: Run): Promise<Verdict> {
  const findings: Finding[] = [];
  const { repository, manifest, level } = options;
  try {
    const progress = new ProgressMeter(run, manifest.target, "verify");
    await loadChain(repository.storage, manifest, run.signal); // without all of it there is nothing to restore
    findings.push(
      ...(await checkFiles(repository.storage, manifest, run.signal, (...step) => progress.update(...step))),
    );
    const contents = level === "hashes" || hasError(findings) ? null : await checkContents(engine, options, run);
    findings.push(...(contents?.findings ?? []));
    return { ...contents, findings, outcome: hasError(findings) ? "failed" : "passed" };
  } catch (raw) {
    const error = toDbsaveError(raw, "VERIFY_FAILED", `${engine.name}: verify of ${manifest.id}`, run.signal);
    if (notAboutTheBackup.has(error.code)) throw error;
    const isSurroundings = surroundings.has(error.code);
    const severity = isSurroundings ? "warning" : "error";
    findings.push({ severity, code: error.code, object: manifest.id, message: error.message });
    // What a drill is thrown back by is the log; damage of the backup itself is a finding.
    return { findings, outcome: isSurroundings || options.drill !== undefined ? "inconclusive" : "failed" };
  }
}

async function checkContents(engine: Engine, options: VerifyOptions, run: Run): Promise<Contents> {
  const { repository, manifest, level, drill, codecs = [] } = options;
  return await withContext(run, manifest.target, "verify", async (ctx) => {
    const source = await backupSource(repository, manifest, codecs, run.signal);
    const findings = [...(await engine.inspect(source, ctx))];
    for (const { name } of manifest.artifacts) if (!source.checked.has(name)) await drain(await source.open(name));
    if (level !== "restore" || hasError(findings)) return { findings };
    const restored = await restoreAndCompare(engine, source, drill, ctx);
    return { ...restored, findings: [...findings, ...restored.findings] };
  });
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}
