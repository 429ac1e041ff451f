import { hostname } from "node:os";
import { backupSource } from "../artifacts/backup-source.ts";
import { compareFingerprints, comparesContents } from "../catalog/compare-fingerprints.ts";
import { type Proof, writeProof } from "../catalog/proof.ts";
import type { Codec } from "../contracts/codec.ts";
import type { ArtifactSource, Engine } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { VerifyLevel } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import type { ErrorCode } from "../errors/error-table.ts";
import { loadChain } from "../manifest/load-chain.ts";
import { countedRows } from "../manifest/measure.ts";
import { checkEngine } from "../pipeline/preflight.ts";
import { newEventId } from "../repository/backup-id.ts";
import type { Repository } from "../repository/repository.ts";
import { type Run, type RunOptions, runWith, withContext } from "../run/context.ts";
import { ProgressMeter } from "../run/progress-meter.ts";
import { drain } from "../streams/drain.ts";
import { checkFiles } from "./check-files.ts";

export interface VerifyOptions extends RunOptions {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly level: VerifyLevel;
  /** Must be able to decode what the manifest names; not needed for level `hashes`. */
  readonly codecs?: readonly Codec[];
  /** The run that asks, for the proof; a new id when absent. */
  readonly runId?: string;
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
  const { findings, outcome } = await climb(engine, options, run);
  const proof: Proof = {
    formatVersion: 1,
    target: options.manifest.target,
    backup: options.manifest.id,
    level: options.level,
    outcome,
    startedAt,
    durationMs: Math.max(0, run.now().getTime() - startedAt.getTime()),
    summary: summarise(options, outcome, findings),
    findings,
    host: hostname(),
    run: options.runId ?? newEventId(startedAt),
  };
  await writeProof(options.repository.storage, proof, run.signal);
  return proof;
}

type Verdict = Pick<Proof, "findings" | "outcome">;

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
    if (level !== "hashes" && !hasError(findings)) findings.push(...(await checkContents(engine, options, run)));
    return { findings, outcome: hasError(findings) ? "failed" : "passed" };
  } catch (raw) {
    const error = toDbsaveError(raw, "VERIFY_FAILED", `${engine.name}: verify of ${manifest.id}`, run.signal);
    if (notAboutTheBackup.has(error.code)) throw error;
    const inconclusive = surroundings.has(error.code);
    const severity = inconclusive ? "warning" : "error";
    findings.push({ severity, code: error.code, object: manifest.id, message: error.message });
    return { findings, outcome: inconclusive ? "inconclusive" : "failed" };
  }
}

async function checkContents(engine: Engine, options: VerifyOptions, run: Run): Promise<readonly Finding[]> {
  const { repository, manifest, level, codecs = [] } = options;
  return await withContext(run, manifest.target, "verify", async (ctx) => {
    const source = await backupSource(repository, manifest, codecs, run.signal);
    const findings = [...(await engine.inspect(source, ctx))];
    for (const { name } of manifest.artifacts) if (!source.checked.has(name)) await drain(await source.open(name));
    if (level !== "restore" || hasError(findings)) return findings;
    return [...findings, ...(await restoreAndCompare(engine, source, ctx))];
  });
}

async function restoreAndCompare(engine: Engine, source: ArtifactSource, ctx: RunContext): Promise<readonly Finding[]> {
  const { manifest } = source;
  if (engine.scratch === undefined) {
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no scratch instance to restore ${manifest.id} into`, {
      hint: "Verify with --level structure.",
    });
  }
  await using scratch = await engine.scratch(manifest, ctx);
  await scratch.engine.restore({ force: false }, source, ctx);
  const { fingerprint } = manifest;
  if (fingerprint !== null)
    return compareFingerprints(fingerprint, await scratch.engine.fingerprint(ctx, fingerprint.algorithm));
  const message = "was restored, but its method takes no fingerprint to compare with";
  return [{ severity: "warning", code: "VERIFY_FAILED", object: manifest.id, message }];
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

function summarise(options: VerifyOptions, outcome: Proof["outcome"], findings: readonly Finding[]): string {
  const { manifest, level } = options;
  const worst = findings.find((finding) => finding.severity === "error") ?? findings[0];
  if (outcome !== "passed") return worst === undefined ? outcome : `${worst.object}: ${worst.message}`;
  const files = `${manifest.artifacts.length + manifest.documents.length} files as recorded`;
  if (level === "hashes") return files;
  if (level === "structure") return `${files}, contents sound`;
  const { fingerprint } = manifest;
  const rows = countedRows(manifest);
  if (fingerprint === null || rows === undefined) return "restored; nothing to compare it with";
  const equal = comparesContents(fingerprint) ? "equal" : "counted, their contents not compared";
  return `restored and compared: ${fingerprint.items.length} items, ${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"} ${equal}`;
}
