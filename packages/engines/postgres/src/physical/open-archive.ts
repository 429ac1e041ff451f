import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { type ArtifactSource, abortStream, DbsaveError, isDbsaveError } from "@dbsave/core";
import { encodingOf } from "./artifacts.ts";

const chunkSize = 256 * 1024;

/**
 * An archive of a backup as a plain tar. It fails before its end when it is not what was stored: CHECKSUM_MISMATCH or
 * DECODE_FAILED of the source, SOURCE_INVALID for bytes that are no zstd.
 */
export async function* readArchive(
  source: ArtifactSource,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const body = await source.open(name);
  try {
    yield* decoded(body, name, signal) as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal.aborted) throw new DbsaveError("ABORTED", `postgres: reading ${name}: cancelled`, { cause: error });
    if (isDbsaveError(error) || !isZlibError(error)) throw error;
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${name}: it cannot be decompressed`, { cause: error });
  }
}

function decoded(body: Readable, name: string, signal: AbortSignal): Readable {
  if (encodingOf(name) === undefined) return abortStream(body, signal, `postgres: reading ${name}`);
  const plain = createZstdDecompress({ chunkSize });
  pipeline(body, plain, { signal }).catch(() => undefined); // who reads `plain` sees the failure
  return plain;
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^Z(?:STD)?_/.test(String(error.code));
}
