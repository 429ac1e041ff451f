import { randomBytes } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { callbackify } from "node:util";
import { formatHeader, type Stanza } from "./header.ts";
import { nonceBytes, PayloadSealer } from "./payload.ts";

const fileKeyBytes = 16;

/** Plain bytes in, one age file out. When `wrap` rejects, the stream fails before it gives any byte. */
export class AgeEncoder extends Transform {
  readonly #wrap: (fileKey: Buffer) => Promise<readonly Stanza[]>;
  readonly #fileKey: Buffer = randomBytes(fileKeyBytes);
  readonly #nonce: Buffer = randomBytes(nonceBytes);
  readonly #payload: PayloadSealer = new PayloadSealer(this.#fileKey, this.#nonce);

  constructor(wrap: (fileKey: Buffer) => Promise<readonly Stanza[]>) {
    super();
    this.#wrap = wrap;
  }

  override _construct(done: (error?: Error) => void): void {
    callbackify(() => this.#begin())((error) => done(error));
  }

  override _transform(plain: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#payload.update(plain));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#payload.final());
  }

  async #begin(): Promise<void> {
    const stanzas = await this.#wrap(this.#fileKey);
    this.push(Buffer.concat([Buffer.from(formatHeader(stanzas, this.#fileKey)), this.#nonce]));
  }
}
