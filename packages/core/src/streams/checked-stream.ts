import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { DbsaveError } from "../errors/dbsave-error.ts";

export interface ExpectedBytes {
  /** Not compared when absent. */
  readonly bytes?: number;
  readonly sha256: string;
  /** What the bytes are, for the message: `orders/backups/…/database.sqlite.zst`. */
  readonly what: string;
}

/** Passes bytes through and fails with CHECKSUM_MISMATCH before its end unless they are exactly the expected ones. */
export class CheckedStream extends Transform {
  readonly #hash = createHash("sha256");
  readonly #expected: ExpectedBytes;
  #bytes = 0;

  constructor(expected: ExpectedBytes) {
    super({ highWaterMark: 1024 * 1024 });
    this.#expected = expected;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    const { bytes = Number.POSITIVE_INFINITY } = this.#expected;
    if (this.#bytes > bytes) done(this.#mismatch(`more than the recorded ${bytes} bytes`));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const { bytes = this.#bytes, sha256 } = this.#expected;
    if (this.#bytes !== bytes) done(this.#mismatch(`${this.#bytes} bytes instead of the recorded ${bytes}`));
    else if (this.#hash.digest("hex") !== sha256) done(this.#mismatch("its bytes do not match the recorded SHA-256"));
    else done();
  }

  #mismatch(problem: string): DbsaveError {
    return new DbsaveError("CHECKSUM_MISMATCH", `${this.#expected.what}: ${problem}`);
  }
}
