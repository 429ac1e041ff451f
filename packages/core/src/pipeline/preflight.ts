import type { Catalog } from "../catalog/entries.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine, RestoreSelection, ServerFacts } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { VerifyLevel } from "../contracts/job.ts";
import type { BackupKind, Manifest } from "../contracts/manifest.ts";
import type { RecreateOrder } from "../contracts/service.ts";
import type { StartOrder } from "../contracts/start.ts";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { storedBytes } from "../manifest/measure.ts";
import { formatBytes } from "../run/format-bytes.ts";

/** UNSUPPORTED unless the engine declares the method and the kind. The method, defaulted. */
export function checkMethod(engine: Engine, method: string | undefined, kind: string): string {
  const { methods } = engine.capabilities;
  const chosen = method ?? Object.keys(methods)[0] ?? "";
  const kinds: readonly string[] | undefined = methods[chosen];
  if (kinds === undefined) {
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no backup method "${chosen}"`, {
      hint: `Its methods are ${Object.keys(methods).join(", ")}.`,
    });
  }
  if (!kinds.includes(kind)) {
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: method ${chosen} takes no ${kind} backups`, {
      hint: `It takes ${kinds.join(", ")}.`,
    });
  }
  return chosen;
}

/** UNSUPPORTED when the engine can never verify so far: known before a backup is taken that could not be proved. */
export function checkVerifyLevel(engine: Engine, level: VerifyLevel | "off"): void {
  if (level !== "restore" || engine.capabilities.scratch) return;
  throw new DbsaveError("UNSUPPORTED", `${engine.name}: no scratch instance to verify a restore in`, {
    hint: "Verify with level structure.",
  });
}

/** UNSUPPORTED unless the backup is one of this engine. */
export function checkEngine(engine: Engine, manifest: Manifest): void {
  if (engine.name === manifest.engine) return;
  throw new DbsaveError("UNSUPPORTED", `${engine.name}: ${manifest.id} is a backup of ${manifest.engine}`);
}

/** UNSUPPORTED when the engine cannot restore such a part alone, OPTIONS_INVALID when a list of it names nothing. */
export function checkSelection(
  { name, capabilities }: Pick<Engine, "name" | "capabilities">,
  select: RestoreSelection = {},
): void {
  for (const [key, names] of Object.entries(select) as [keyof RestoreSelection, readonly string[]][]) {
    if (!capabilities.selects.includes(key)) {
      throw new DbsaveError("UNSUPPORTED", `${name}: cannot restore some ${key} alone`, {
        hint: "Restore the whole backup into another place, and take from there what is needed.",
      });
    }
    if (names.length === 0) throw new DbsaveError("OPTIONS_INVALID", `${name}: no ${key} to restore are named`);
  }
}

/** UNSUPPORTED when no backup of the engine is the files of a server. */
export function checkStart(
  { name, capabilities }: Pick<Engine, "name" | "capabilities">,
  start: StartOrder | RecreateOrder | undefined,
): void {
  if (start === undefined || capabilities.starts === true) return;
  throw new DbsaveError("UNSUPPORTED", `${name}: its backups are not the files of a server: start`, {
    hint: "Restore it into a place, and start there whatever uses it.",
  });
}

/**
 * Fails before any byte is written when a codec cannot work. OPTIONS_INVALID when compression comes after encryption, which
 * leaves it nothing to find, or when two are called the same, because a manifest tells them apart by name.
 */
export async function checkCodecs(codecs: readonly Codec[]): Promise<void> {
  const names = codecs.map(({ name }) => name);
  const firstEncryption = codecs.findIndex(({ kind }) => kind === "encryption");
  const lastCompression = codecs.findLastIndex(({ kind }) => kind === "compression");
  const isOrdered = firstEncryption === -1 || lastCompression < firstEncryption;
  if (new Set(names).size !== names.length || !isOrdered) {
    throw new DbsaveError("OPTIONS_INVALID", `codecs: not in order or twice: ${names.join(", ")}`, {
      hint: "Give each codec once: compression first, then encryption.",
    });
  }
  for (const codec of codecs) await codec.check();
}

/** Tells the findings that concern backups by this method. */
export function ofMethod(method: string): (finding: Finding) => boolean {
  return (finding) => finding.method === undefined || finding.method === method;
}

/** The first error among an engine's findings, thrown with its fix. */
export function refuseErrors(engine: string, findings: readonly Finding[]): void {
  const error = findings.find((finding) => finding.severity === "error");
  if (error === undefined) return;
  const options = error.fix === undefined ? {} : { hint: error.fix };
  throw new DbsaveError(error.code, `${engine}: ${error.object}: ${error.message}`, options);
}

/** What the last backup of this method and kind took. */
export function bytesOfLast({ entries }: Catalog, method: string, kind: BackupKind): number | undefined {
  const last = entries.findLast(({ manifest }) => manifest.method === method && manifest.kind === kind);
  return last && storedBytes(last.manifest);
}

/**
 * NO_SPACE when the storage certainly cannot hold another backup as large as the last one; a warning when it could not
 * hold the source uncompressed, or fails to tell. Storages that do not know their free space are not judged.
 */
export async function checkSpace(
  storage: Storage,
  facts: ServerFacts,
  lastStoredBytes: number | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  let free: number | undefined;
  try {
    free = await storage.freeBytes?.(signal);
  } catch (raw) {
    const { code, message } = toDbsaveError(raw, "STORAGE_FAILED", `${storage.name}: free space`, signal);
    if (code === "ABORTED") throw raw;
    return [{ severity: "warning", code, object: storage.name, message }];
  }
  if (free === undefined) return [];
  if (lastStoredBytes !== undefined && free < lastStoredBytes) {
    throw new DbsaveError(
      "NO_SPACE",
      `${storage.name}: ${formatBytes(free)} are free, the last backup took ${formatBytes(lastStoredBytes)}`,
    );
  }
  if (lastStoredBytes !== undefined || free >= facts.sizeBytes) return [];
  const message = `${formatBytes(free)} are free, the source has ${formatBytes(facts.sizeBytes)} before compression`;
  return [{ severity: "warning", code: "NO_SPACE", object: storage.name, message }];
}
