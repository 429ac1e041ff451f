import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { systemCode } from "../fs/fs-port.ts";
import { abortStream, keepForReader, throwIfAborted } from "./abort.ts";

export interface ReadBodyOptions {
  readonly signal: AbortSignal;
  /** Hex SHA-256 the whole body must have. */
  readonly sha256?: string;
  /** Names the operation in messages: `storage-fs: put orders/dbsave.json`. */
  readonly what: string;
}

/**
 * Runs the work that reads `body`. If it rejects, `body` is destroyed, so that nothing upstream waits for a reader.
 * An error of `body` is never unhandled, however late the reading starts. To be called before anything is awaited.
 */
export async function withBody<T>(body: Readable, work: () => Promise<T>): Promise<T> {
  body.on("error", keepForReader);
  try {
    return await work();
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/**
 * The chunks of `body`, pulled one by one. Ends only when the body ended by itself and its hash is right, so a loop over
 * it that finishes has seen the whole body. Else it throws: the body's own error, ABORTED, CHECKSUM_MISMATCH, or
 * STORAGE_FAILED for a body that was cut or that somebody else has read already.
 */
export async function* readBody(body: Readable, options: ReadBodyOptions): AsyncGenerator<Buffer, void> {
  const { signal, sha256, what } = options;
  throwIfAborted(signal, what);
  if (body.readableEnded) throw new DbsaveError("STORAGE_FAILED", `${what}: the body was read before`);
  const hash = sha256 === undefined ? undefined : createHash("sha256");
  abortStream(body, signal, what);
  try {
    for await (const chunk of body) {
      const bytes = toBuffer(chunk);
      hash?.update(bytes);
      yield bytes;
    }
  } catch (error) {
    if (systemCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    throw new DbsaveError("STORAGE_FAILED", `${what}: the body was cut before its end`, { cause: error });
  }
  throwIfAborted(signal, what);
  const actual = hash?.digest("hex");
  if (actual !== sha256) {
    throw new DbsaveError("CHECKSUM_MISMATCH", `${what}: SHA-256 is ${actual}, expected ${sha256}`);
  }
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(String(chunk));
}
