import { Transform, type TransformCallback } from "node:stream";
import { DbsaveError, type ErrorCode, toDbsaveError } from "@dbsave/core";
import type { ToyFrames, ToyScheme } from "./toy-scheme.ts";

const plainBytes = 64 * 1024;
const maxBodyBytes = 2 * plainBytes;
const headBytes = 4;
const lastFlag = 2 ** 31;

/** Writes the start, then a frame per 64 KiB of a write at most, then an empty last frame. */
export class ToyEncoder extends Transform {
  readonly #scheme: ToyScheme;
  #frames: ToyFrames | undefined;
  #index = 0;

  constructor(scheme: ToyScheme) {
    super();
    this.#scheme = scheme;
  }

  override _construct(done: (error?: Error | null) => void): void {
    done(
      attempt("INTERNAL", "toy: cannot encode", () => {
        const { start, frames } = this.#scheme.begin();
        this.#frames = frames;
        this.push(start);
      }),
    );
  }

  override _transform(plain: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < plain.length; at += plainBytes) this.#write(plain.subarray(at, at + plainBytes), false);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#write(Buffer.alloc(0), true);
    done();
  }

  #write(plain: Buffer, isLast: boolean): void {
    if (this.#frames === undefined) throw new Error("written before it began");
    const body = this.#frames.seal(this.#index++, isLast, plain);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(body.length + (isLast ? lastFlag : 0));
    this.push(Buffer.concat([head, body]));
  }
}

/** Reads what a `ToyEncoder` wrote, frame by frame. Everything else is DECODE_FAILED. */
export class ToyDecoder extends Transform {
  readonly #scheme: ToyScheme;
  #frames: ToyFrames | undefined;
  #held: Buffer = Buffer.alloc(0);
  #index = 0;
  #ended = false;

  constructor(scheme: ToyScheme) {
    super();
    this.#scheme = scheme;
  }

  override _transform(coded: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#held = Buffer.concat([this.#held, coded]);
    done(attempt("DECODE_FAILED", "toy: cannot decode", () => this.#readAll()));
  }

  override _flush(done: TransformCallback): void {
    done(this.#ended ? null : new DbsaveError("DECODE_FAILED", "toy: cannot decode: cut short"));
  }

  #readAll(): void {
    if (this.#frames === undefined) {
      if (this.#held.length < this.#scheme.startBytes) return;
      this.#frames = this.#scheme.resume(this.#take(this.#scheme.startBytes));
    }
    while (this.#held.length >= headBytes && !this.#ended) {
      const head = this.#held.readUInt32BE();
      const isLast = head >= lastFlag;
      const length = head % lastFlag;
      if (length > maxBodyBytes) throw new Error("a frame is too long");
      if (this.#held.length < headBytes + length) return;
      this.#take(headBytes);
      this.push(this.#frames.open(this.#index++, isLast, this.#take(length)));
      this.#ended = isLast;
    }
    if (this.#ended && this.#held.length > 0) throw new Error("bytes follow the end");
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}

function attempt(code: ErrorCode, what: string, step: () => void): Error | null {
  try {
    step();
    return null;
  } catch (error) {
    return toDbsaveError(error, code, what);
  }
}
