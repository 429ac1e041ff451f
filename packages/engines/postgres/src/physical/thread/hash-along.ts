import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
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
  readonly #thread: ArchiveThread;

  constructor(name: string, listener: FileListener) {
    super({ highWaterMark });
    const job = { name, encoding: encodingOf(name), unpack: null };
    this.#thread = new ArchiveThread(job, (seen) => tell(listener, seen));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#thread.take(chunk).then(() => done(null, chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#thread.finish().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#thread[Symbol.asyncDispose]().then(() => done(error), done);
  }
}
