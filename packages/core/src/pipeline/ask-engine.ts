import { backupSource } from "../artifacts/backup-source.ts";
import type { Codec } from "../contracts/codec.ts";
import type { ArtifactSink, BackupFacts, BackupRequest, Engine } from "../contracts/engine.ts";
import type { BackupKind, Manifest } from "../contracts/manifest.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import type { Repository } from "../repository/repository.ts";

/** What is asked of an engine. */
export interface WantedBackup {
  readonly repository: Repository;
  readonly target: string;
  readonly codecs: readonly Codec[];
  readonly method: string;
  readonly kind: BackupKind;
  /** For kinds other than `full`: what to take it upon. */
  readonly parent?: Manifest;
  /** Why it is full, where another kind was asked for. */
  readonly fullBecause?: string;
}

/** The engine's backup, upon the parent where that can be read. Why it is full instead is reported, and among the details. */
export async function askEngine(
  engine: Engine,
  wanted: WantedBackup,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const { request, unreadable } = await requestOf(wanted, ctx.signal);
  const facts = await engine.backup(request, sink, ctx);
  if (facts.kind !== "full" && request.parent === undefined)
    throw new DbsaveError("INTERNAL", `${engine.name}: ${facts.kind} backup of ${wanted.target} upon none`);
  const why = facts.fullBecause ?? unreadable ?? wanted.fullBecause;
  if (facts.kind !== "full" || why === undefined) return facts;
  ctx.report({ type: "note", message: `full: ${why}` });
  return { ...facts, details: { ...facts.details, fullBecause: why } };
}

interface Asked {
  readonly request: BackupRequest;
  /** Why the parent cannot be taken upon. */
  readonly unreadable?: string;
}

/** A parent that is damaged, or for which there is no key, is no reason to go without a backup. */
async function requestOf(
  { repository, method, kind, codecs, parent }: WantedBackup,
  signal: AbortSignal,
): Promise<Asked> {
  const request = { method, ...compressionOf(codecs) };
  if (parent === undefined) return { request: { ...request, kind } };
  try {
    return { request: { ...request, kind, parent: await backupSource(repository, parent, codecs, signal) } };
  } catch (raw) {
    const { code, message } = toDbsaveError(raw, "STORAGE_FAILED", `reading ${parent.id}`, signal);
    if (code === "ABORTED") throw raw;
    return { request: { ...request, kind: "full" }, unreadable: message };
  }
}

function compressionOf(codecs: readonly Codec[]): Pick<BackupRequest, "compression"> {
  const codec = codecs.find(({ kind }) => kind === "compression");
  if (codec === undefined) return {};
  const { name, level } = codec;
  return { compression: { name, ...(level !== undefined && { level }) } };
}
