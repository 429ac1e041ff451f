import { Duplex, type Transform } from "node:stream";

/** Watches the bytes on both sides of a zlib stream. What a method throws ends the stream. */
export interface ZlibWatch {
  /** Sees the bytes as they arrive and returns those zlib is to see, which may be none. */
  incoming(data: Buffer): Buffer;
  /** Sees the bytes zlib gives and returns those to release. */
  outgoing(data: Buffer): Buffer;
  /** Called before the stream ends; `consumedBytes` is what zlib used of the bytes it was given. */
  end(consumedBytes: number): void;
  /** Turns an error of zlib, or anything thrown above, into the error of the stream. */
  failed(cause: unknown): Error;
}

/** What every `node:zlib` stream is. */
type ZlibStream = Transform & { readonly bytesWritten: number };

/** What arrives while zlib works is handed over as one: every hand-over wakes another thread. */
const gatheredBytes = 256 * 1024;

/**
 * A `node:zlib` stream under supervision: left alone, zlib's streams take joined and padded files for good, and write
 * an extra frame now and then. zlib is told to end only when it has taken every byte.
 */
export class ZlibStage extends Duplex {
  readonly #zlib: ZlibStream;
  readonly #watch: ZlibWatch;
  #inputEnded = false;

  constructor(zlib: ZlibStream, watch: ZlibWatch) {
    super({ writableHighWaterMark: gatheredBytes });
    this.#zlib = zlib;
    this.#watch = watch;
    zlib.on("data", (data: Buffer) => this.#guard(() => this.#release(data)));
    zlib.on("end", () => this.#guard(() => this.#end()));
    zlib.on("error", (error) => this.#fail(error));
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#feed(data, done);
  }

  override _writev(pieces: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#feed(Buffer.concat(pieces.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#inputEnded = true;
    this.#zlib.end();
    done();
  }

  override _read(): void {
    this.#zlib.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#zlib.destroy();
    done(error);
  }

  #feed(data: Buffer, done: () => void): void {
    this.#guard(() => {
      const given = this.#watch.incoming(data);
      if (given.length === 0) done();
      else this.#zlib.write(given, (error) => (error ? this.#fail(error) : done()));
    });
  }

  #release(data: Buffer): void {
    const released = this.#watch.outgoing(data);
    if (released.length > 0 && !this.push(released)) this.#zlib.pause();
  }

  #end(): void {
    if (!this.#inputEnded) throw new Error("bytes follow the end");
    this.#watch.end(this.#zlib.bytesWritten);
    this.push(null);
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.destroy(this.#watch.failed(cause));
  }
}
