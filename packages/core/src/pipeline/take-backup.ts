import { hostname } from "node:os";
import { Readable } from "node:stream";
import { artifactSink } from "../artifacts/artifact-sink.ts";
import { nextSequence } from "../catalog/catalog.ts";
import type { BackupFacts, Engine, ServerFacts } from "../contracts/engine.ts";
import type { Manifest, ManifestArtifact, ManifestDocument, ManifestSave } from "../contracts/manifest.ts";
import { writeDocument } from "../documents/document-store.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import type { TargetLock } from "../lock/target-lock.ts";
import { loadChain } from "../manifest/load-chain.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { writeManifest } from "../manifest/write-manifest.ts";
import { newBackupId } from "../repository/backup-id.ts";
import { deleteBackup } from "../repository/delete-backup.ts";
import { checksumsText, keys, restoreText as restoreTextName } from "../repository/layout.ts";
import { type Run, withContext } from "../run/context.ts";
import { ProgressMeter } from "../run/progress-meter.ts";
import { Meter } from "../streams/meter.ts";
import { checkFiles } from "../verify/check-files.ts";
import { version } from "../version.ts";
import { askEngine, type WantedBackup } from "./ask-engine.ts";
import { checksumLines, restoreText } from "./restore-text.ts";

/** All that one backup needs to know, decided and checked. */
export interface BackupOrder extends WantedBackup {
  readonly timeZone: string;
  readonly source: ServerFacts;
  readonly save: ManifestSave;
  readonly run: string;
}

const cleanupLimitMs = 5_000;

/**
 * Data first, documents next, the fence, the manifest last. Until the manifest is stored nothing of it exists to a reader;
 * on failure what was written is removed again, and what cannot be is recognised as unfinished by the next run.
 */
export async function takeBackup(engine: Engine, order: BackupOrder, lock: TargetLock, run: Run): Promise<Manifest> {
  const { repository, target } = order;
  const startedAt = run.now();
  const sequence = await nextSequence(repository.storage, target, run.signal);
  const id = newBackupId(startedAt, sequence);
  const sink = artifactSink({ repository, target, id }, order.codecs, run);
  try {
    const facts = await withContext(run, target, "backup", (ctx) => askEngine(engine, order, sink, ctx));
    const artifacts = sink.finish();
    if (artifacts.length === 0) throw new DbsaveError("BACKUP_FAILED", `${target}: the engine gave no artifact`);
    const documents = await writeDocuments(engine, order, id, facts, artifacts, run.signal);
    const manifest = describe(
      engine,
      order,
      { id, sequence, startedAt, finishedAt: run.now() },
      facts,
      artifacts,
      documents,
    );
    const key = keys.manifest(target, id);
    const text = writeManifest(manifest);
    readManifest(text, key); // what cannot be read again must never be committed
    await lock.assertHeld(run.signal);
    await writeDocument(repository.storage, key, text, "fail", run.signal);
    await readBack(order, manifest, run);
    return manifest;
  } catch (error) {
    await sink.stop();
    await discard(order, id);
    throw toDbsaveError(error, "BACKUP_FAILED", `${engine.name}: backup of ${target}`, run.signal);
  }
}

/** A storage that says "stored" and is wrong must be found out now, while the source is still there to be read again. */
async function readBack(order: BackupOrder, manifest: Manifest, run: Run): Promise<void> {
  const progress = new ProgressMeter(run, order.target, "read-back");
  const { storage } = order.repository;
  const findings = await checkFiles(storage, manifest, run.signal, (...step) => progress.update(...step));
  const [wrong] = findings.filter((finding) => finding.severity === "error");
  if (wrong !== undefined) throw new DbsaveError(wrong.code, `${storage.name}: reading back: ${wrong.message}`);
}

/** Best effort: the error that led here must not be hidden by one of cleaning up, and the next run heals. */
async function discard(order: BackupOrder, id: string): Promise<void> {
  const signal = AbortSignal.timeout(cleanupLimitMs);
  await deleteBackup(order.repository.storage, order.target, id, signal).catch(() => undefined);
}

async function writeDocuments(
  engine: Engine,
  order: BackupOrder,
  id: string,
  facts: BackupFacts,
  artifacts: readonly ManifestArtifact[],
  signal: AbortSignal,
): Promise<readonly ManifestDocument[]> {
  const { target, parent, repository } = order;
  const isAlone = facts.kind === "full" || parent === undefined;
  const text = restoreText(
    {
      id,
      target,
      engine: engine.name,
      description: order.source.description,
      consistentAt: facts.consistentAt,
      artifacts,
      upon: isAlone ? [] : await loadChain(repository.storage, parent, signal),
      recipe: facts.recipe,
    },
    order.codecs,
  );
  const readme = await storeDocument(order, id, restoreTextName, text, signal);
  const sums = await storeDocument(order, id, checksumsText, checksumLines([...artifacts, readme]), signal);
  return [readme, sums];
}

async function storeDocument(
  order: BackupOrder,
  id: string,
  storedName: string,
  text: string,
  signal: AbortSignal,
): Promise<ManifestDocument> {
  const meter = new Meter();
  const body = Readable.from([Buffer.from(text)]).compose(meter);
  await order.repository.storage.put(keys.stored(order.target, id, storedName), body, { signal, ifExists: "fail" });
  return { storedName, storedBytes: meter.bytes, storedSha256: meter.sha256 };
}

function describe(
  engine: Engine,
  order: BackupOrder,
  when: { readonly id: string; readonly sequence: number; readonly startedAt: Date; readonly finishedAt: Date },
  facts: BackupFacts,
  artifacts: readonly ManifestArtifact[],
  documents: readonly ManifestDocument[],
): Manifest {
  const { identity, version: sourceVersion, description } = order.source;
  return {
    formatVersion: 1,
    ...when,
    target: order.target,
    engine: engine.name,
    method: facts.method,
    kind: facts.kind,
    parent: facts.kind === "full" ? null : (order.parent?.id ?? null),
    source: { identity, version: sourceVersion, description },
    consistentAt: facts.consistentAt,
    timeZone: order.timeZone,
    save: order.save,
    artifacts,
    documents,
    fingerprint: facts.fingerprint,
    details: facts.details,
    host: hostname(),
    run: order.run,
    tool: { name: "dbsave", version },
  };
}
