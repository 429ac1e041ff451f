import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import type { FromWorker, JobName, Jobs, ToWorker } from "./protocol.ts";

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Takes the bytes of a job that sends some; resolves when there is room for more. */
  readonly take?: (bytes: Uint8Array) => Promise<void>;
  /** Feeds a job that receives bytes. */
  readonly feed?: AsyncIterator<Uint8Array>;
}

/**
 * Runs one job in a thread of its own, so that SQLite's blocking calls never hold up streams or a cancellation.
 * Rejects with the job's DbsaveError, or with ABORTED as soon as `signal` fires: a statement that SQLite is busy with then
 * still runs to its end in the thread, and nobody waits for it.
 */
export async function runJob<N extends JobName>(
  name: N,
  input: Jobs[N]["input"],
  options: JobOptions,
): Promise<Jobs[N]["result"]> {
  const { signal } = options;
  if (signal.aborted) throw cancelled(name, signal);
  const worker = new Worker(workerFile(), { workerData: { name, input } });
  const stop = (): void => {
    // An unfinished statement cannot be interrupted; the thread ends after it.
    worker.terminate().catch(() => undefined);
  };
  try {
    return (await outcome(worker, name, options)) as Jobs[N]["result"];
  } finally {
    stop();
  }
}

function outcome(worker: Worker, name: JobName, options: JobOptions): Promise<unknown> {
  const { signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const abort = (): void => reject(cancelled(name, signal));
  signal.addEventListener("abort", abort, { once: true });
  worker.on("error", (error) => reject(toDbsaveError(error, "INTERNAL", `sqlite: ${name}`)));
  worker.on("exit", () => reject(new DbsaveError("INTERNAL", `sqlite: ${name}: its thread ended early`)));
  worker.on("message", (message: FromWorker) => {
    if (message.type === "done") resolve(message.result);
    else if (message.type === "failed") reject(failure(message));
    else if (message.type === "progress") options.onProgress?.(message.doneBytes, message.totalBytes);
    else serve(worker, message, options).catch(reject);
  });
  return promise.finally(() => signal.removeEventListener("abort", abort));
}

async function serve(
  worker: Worker,
  message: Extract<FromWorker, { type: "bytes" | "want" }>,
  { take, feed }: JobOptions,
): Promise<void> {
  if (message.type === "bytes") await take?.(message.bytes);
  const next = message.type === "want" ? await feed?.next() : undefined;
  const answer: ToWorker =
    message.type === "bytes" ? { type: "more" } : { type: "bytes", bytes: next?.done === false ? next.value : null };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(answer);
}

function failure({ code, message, hint }: Extract<FromWorker, { type: "failed" }>): DbsaveError {
  return new DbsaveError(code, message, hint === undefined ? {} : { hint });
}

/** Beside this module: `worker.ts` in the sources, `worker.js` in a build, where all modules lie in one directory. */
function workerFile(): URL {
  const extension = extname(new URL(import.meta.url).pathname);
  return new URL(extension === ".ts" ? "../worker.ts" : "./worker.js", import.meta.url);
}

function cancelled(name: JobName, signal: AbortSignal): DbsaveError {
  return new DbsaveError("ABORTED", `sqlite: ${name}: cancelled`, { cause: signal.reason });
}
