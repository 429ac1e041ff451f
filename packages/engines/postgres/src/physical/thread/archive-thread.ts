import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import type { FromThread, Seen, ThreadJob } from "./protocol.ts";

/** That many chunks are on their way to the thread, or waiting there. */
const chunksAhead = 16;

/**
 * Reads an archive in a thread of its own: decompresses it, hashes its files and writes them, while the streams go on here.
 * SOURCE_INVALID for a damaged archive; disposing ends the thread, with nothing being written any more.
 */
export class ArchiveThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #over = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #ahead = 0;
  #room: PromiseWithResolvers<void> | null = null;
  #failure: Error | null = null;

  /** `onSeen` is told what the archive holds, in order, and of everything before `finish` resolves. */
  constructor(job: ThreadJob, onSeen: (seen: Seen) => void) {
    const what = `postgres: ${job.name}`;
    this.#worker = new Worker(workerFile(), { workerData: job });
    this.#over.promise.catch(() => undefined); // thrown by whoever waits next
    this.#worker.on("message", (message: FromThread) => {
      if (message.type === "failed") this.#fail(failure(message));
      else onSeen(message);
      if (message.type === "taken") this.#taken();
      else this.#over.resolve();
    });
    this.#worker.on("error", (error) => this.#fail(toDbsaveError(error, "INTERNAL", what)));
    this.#worker.on("exit", () => {
      this.#ended.resolve();
      this.#fail(new DbsaveError("INTERNAL", `${what}: its thread ended early`));
    });
  }

  /** Copies the bytes. Resolves when there is room for more; rejects with what the thread failed with. */
  async take(bytes: Uint8Array): Promise<void> {
    this.#worker.postMessage(bytes); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#ahead += 1;
    if (this.#failure !== null) throw this.#failure;
    if (this.#ahead < chunksAhead) return;
    this.#room = Promise.withResolvers();
    await this.#room.promise;
  }

  /** After the last chunk. Resolves when all of the archive was read, and written. */
  async finish(): Promise<void> {
    this.#worker.postMessage(null); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    await this.#over.promise;
  }

  /** Asks it to end: a thread that is terminated while it begins can take the whole process with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage("stop"); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has no origin
    await this.#ended.promise;
  }

  #taken(): void {
    this.#ahead -= 1;
    this.#room?.resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#room?.reject(error);
    this.#over.reject(error);
  }
}

function failure({ code, message, hint }: Extract<FromThread, { type: "failed" }>): DbsaveError {
  return new DbsaveError(code, message, hint === undefined ? {} : { hint });
}

/** `archive-worker.ts` in the sources; in a build, where all modules lie in one directory, `archive-worker.js`. */
function workerFile(): URL {
  const isSource = extname(new URL(import.meta.url).pathname) === ".ts";
  return new URL(isSource ? "../../archive-worker.ts" : "./archive-worker.js", import.meta.url);
}
