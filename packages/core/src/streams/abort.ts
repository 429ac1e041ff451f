import type { Readable } from "node:stream";
import { DbsaveError } from "../errors/dbsave-error.ts";

/** Throws ABORTED when `signal` has fired. `what` names the operation: `storage-fs: list`. */
export function throwIfAborted(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw aborted(signal, what);
}

/**
 * Makes `stream` fail with ABORTED as soon as `signal` fires; forgets both when the stream closes. A failure while nobody
 * reads yet is kept for the reader and is never an unhandled error.
 */
export function abortStream<T extends Readable>(stream: T, signal: AbortSignal, what: string): T {
  stream.on("error", keepForReader);
  if (stream.closed) return stream;
  const abort = (): void => {
    stream.destroy(aborted(signal, what));
  };
  if (signal.aborted) abort();
  else {
    signal.addEventListener("abort", abort, { once: true });
    stream.once("close", () => signal.removeEventListener("abort", abort));
  }
  return stream;
}

/** To be listened with: the stream itself remembers its error. */
export function keepForReader(): void {}

function aborted(signal: AbortSignal, what: string): DbsaveError {
  return new DbsaveError("ABORTED", `${what}: cancelled`, { cause: signal.reason });
}
