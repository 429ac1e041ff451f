import { Duplex, Transform, type TransformCallback } from "node:stream";
import { ToyDecoder, ToyEncoder } from "./toy-frames.ts";

/** Forgets the last thing written to it. */
export class ForgetsLast extends Transform {
  #last: Buffer | undefined;

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#last !== undefined) this.push(this.#last);
    this.#last = data;
    done();
  }
}

/** Takes single bytes for noise. */
export class DropsSingleBytes extends Transform {
  #isFirst = true;

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isFirst || data.length > 1) this.push(data);
    this.#isFirst = false;
    done();
  }
}

/** Gives nothing before it has everything. */
export class Hoards extends Transform {
  readonly #all: Buffer[] = [];

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#all.push(data);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.concat(this.#all));
  }
}

/** Leaves zeros where the caller's bytes were. */
export class WipesInput extends Transform {
  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.push(Buffer.from(data));
    data.fill(0);
    done();
  }
}

/** Loses its bytes while another one of its `crowd` is open. */
export class NeedsToBeAlone extends Transform {
  readonly #crowd: Set<Transform>;

  constructor(crowd: Set<Transform>) {
    super();
    this.#crowd = crowd.add(this);
    this.once("close", () => crowd.delete(this));
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#crowd.size === 1) this.push(data);
    done();
  }
}

/** Takes and gives at once, whether somebody reads or not. */
export class Floods extends Duplex {
  override _read(): void {}

  override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.push(data);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}

/** Cannot be destroyed. */
export class NeverCloses extends ToyEncoder {
  override _destroy(): void {}
}

/** Takes a file that stops anywhere for a whole one. */
export class TakesCutFiles extends ToyDecoder {
  override _flush(done: TransformCallback): void {
    done();
  }
}

/** Stops looking at the end of the file. */
export class IgnoresTheRest extends ToyDecoder {
  override _transform(data: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    // oxlint-disable-next-line no-underscore-dangle -- this is how node names it
    super._transform(data, encoding, (error) => done(error?.message.includes("bytes follow") ? null : error));
  }
}

/** Fails with errors that nobody can recognise. */
export class FailsWithoutCode extends ToyDecoder {
  override _transform(data: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    // oxlint-disable-next-line no-underscore-dangle -- this is how node names it
    super._transform(data, encoding, (error) => done(error ? new Error("something is wrong") : null));
  }
}
