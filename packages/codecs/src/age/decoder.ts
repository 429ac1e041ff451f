import { Transform, type TransformCallback } from "node:stream";
import { callbackify } from "node:util";
import { damaged } from "./damaged.ts";
import { headerLength, parseHeader, type Stanza, verifyHeader } from "./header.ts";
import { nonceBytes, PayloadOpener } from "./payload.ts";

const empty: Buffer = Buffer.alloc(0);

/** One age file in, plain bytes out. `unwrap` finds the file key or rejects with KEY_WRONG; damage is DECODE_FAILED. */
export class AgeDecoder extends Transform {
  readonly #unwrap: (stanzas: readonly Stanza[]) => Promise<Buffer>;
  #start = empty;
  #payload: PayloadOpener | undefined;

  constructor(unwrap: (stanzas: readonly Stanza[]) => Promise<Buffer>) {
    super();
    this.#unwrap = unwrap;
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    callbackify(() => this.#take(data))(done);
  }

  override _flush(done: TransformCallback): void {
    callbackify(async () => this.#last())(done);
  }

  #last(): Buffer {
    if (this.#payload === undefined) throw damaged("cut short in its header");
    return this.#payload.final();
  }

  async #take(data: Buffer): Promise<Buffer> {
    const sealed = this.#payload === undefined ? await this.#takeStart(data) : data;
    return this.#payload?.update(sealed) ?? empty;
  }

  /** Collects header and nonce, which opens the payload, and returns what `data` holds of it. */
  async #takeStart(data: Buffer): Promise<Buffer> {
    this.#start = Buffer.concat([this.#start, data]);
    const length = headerLength(this.#start);
    if (length === undefined || this.#start.length < length + nonceBytes) return empty;
    const header = parseHeader(this.#start.subarray(0, length));
    const fileKey = await this.#unwrap(header.stanzas);
    verifyHeader(header, fileKey);
    this.#payload = new PayloadOpener(fileKey, this.#start.subarray(length, length + nonceBytes));
    const sealed = this.#start.subarray(length + nonceBytes);
    this.#start = empty;
    return sealed;
  }
}
