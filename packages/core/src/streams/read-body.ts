import { createHash } from "node:crypto";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { callbackify } from "node:util";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { systemCode } from "../fs/fs-port.ts";
import { keepForReader, throwIfAborted } from "./abort.ts";

const readAheadBytes = 1024 * 1024;

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
 * Hands the chunks of `body` to `take`, one batch at a time; up to 1 MiB is read ahead meanwhile and makes the next batch.
 * Resolves with the number of bytes when `body` ended by itself and its hash is right. Else rejects, with `take` no longer
 * running: what `take` threw, the body's own error, ABORTED, CHECKSUM_MISMATCH, or STORAGE_FAILED for a body that was cut
 * or that somebody else has read already.
 */
export async function readBody(
  body: Readable,
  { signal, sha256, what }: ReadBodyOptions,
  take: (chunks: readonly Buffer[]) => Promise<void>,
): Promise<number> {
  throwIfAborted(signal, what);
  if (body.readableEnded) throw new DbsaveError("STORAGE_FAILED", `${what}: the body was read before`);
  const hash = sha256 === undefined ? undefined : createHash("sha256");
  let sizeBytes = 0;
  let taking = Promise.resolve();
  const consume = callbackify((chunks: readonly Buffer[]) => {
    for (const chunk of chunks) {
      hash?.update(chunk);
      sizeBytes += chunk.byteLength;
    }
    taking = take(chunks);
    return taking;
  });
  const sink = new Writable({
    highWaterMark: readAheadBytes,
    write: (chunk: Buffer, _encoding, done) => consume([chunk], done),
    writev: (batch: { chunk: Buffer }[], done) =>
      consume(
        batch.map(({ chunk }) => chunk),
        done,
      ),
  });
  try {
    await pipeline(body, sink, { signal });
  } catch (error) {
    await taking.catch(() => undefined);
    throwIfAborted(signal, what);
    if (systemCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    throw new DbsaveError("STORAGE_FAILED", `${what}: the body was cut before its end`, { cause: error });
  }
  throwIfAborted(signal, what);
  const actual = hash?.digest("hex");
  if (actual === sha256) return sizeBytes;
  throw new DbsaveError("CHECKSUM_MISMATCH", `${what}: SHA-256 is ${actual}, expected ${sha256}`);
}
