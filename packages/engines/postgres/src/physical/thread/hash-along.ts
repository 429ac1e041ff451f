import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { callbackify } from "node:util";
import { encodingOf } from "../artifacts.ts";
import type { FileListener } from "../manifest/archived-files.ts";
import { ArchiveThread } from "./archive-thread.ts";
import { tell } from "./protocol.ts";

const highWaterMark = 256 * 1024;

/**
 * The archive `body` unchanged, while the files in it are hashed in another thread. `listener` knows all of them when it ends; damage
 * is the failure of the stream, before its end. Whoever stops reading ends `body`.
 */
export function hashAlong(body: Readable, name: string, listener: FileListener): Readable {
  const along = new HashingAlong(name, listener);
  pipeline(body, along, () => undefined); // who reads `along` sees the failure
  return along;
}

class HashingAlong extends Transform {
  readonly #take: (chunk: Buffer, done: (error: Error | null) => void) => void;
  readonly #finish: (done: (error: Error | null) => void) => void;
  readonly #dispose: (done: (error: Error | null) => void) => void;

  constructor(name: string, listener: FileListener) {
    super({ highWaterMark });
    const job = { name, encoding: encodingOf(name), unpack: null, format: null };
    const thread = new ArchiveThread(job, (seen) => tell(listener, seen));
    this.#take = callbackify((chunk: Buffer) => thread.take(chunk));
    this.#finish = callbackify(() => thread.finish());
    this.#dispose = callbackify(() => thread[Symbol.asyncDispose]());
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#take(chunk, (error) => done(error, chunk));
  }

  override _flush(done: TransformCallback): void {
    this.#finish(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#dispose((failure) => done(error ?? failure));
  }
}
