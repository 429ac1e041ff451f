import type { Codec } from "../contracts/codec.ts";
import type { Engine, ServerFacts } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
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

/** Fails before any byte is written when a codec cannot work. */
export async function checkCodecs(codecs: readonly Codec[]): Promise<void> {
  for (const codec of codecs) await codec.check();
}

/** The first error among an engine's findings, thrown with its fix. */
export function refuseErrors(engine: string, findings: readonly Finding[]): void {
  const error = findings.find((finding) => finding.severity === "error");
  if (error === undefined) return;
  const options = error.fix === undefined ? {} : { hint: error.fix };
  throw new DbsaveError(error.code, `${engine}: ${error.message}: ${error.object}`, options);
}

/**
 * NO_SPACE when the storage certainly cannot hold another backup as large as the last one; a warning when it could not
 * hold the source uncompressed. Storages that do not know their free space are not judged.
 */
export async function checkSpace(
  storage: Storage,
  facts: ServerFacts,
  lastStoredBytes: number | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const free = await storage.freeBytes?.(signal);
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
