import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";

const highWaterMark = 1024 * 1024;

/** Passes bytes through and knows, at its end, how many there were and their SHA-256. */
export class Meter extends Transform {
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #sha256 = "";
  readonly #onBytes: (bytes: number) => void;

  /** `onBytes` is told the running total after every chunk. */
  constructor(onBytes: (bytes: number) => void = () => undefined) {
    super({ highWaterMark });
    this.#onBytes = onBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Hex; empty until the stream has ended. */
  get sha256(): string {
    return this.#sha256;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    this.#onBytes(this.#bytes);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#sha256 = this.#hash.digest("hex");
    done();
  }
}
