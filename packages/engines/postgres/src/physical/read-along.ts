import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { createZstdDecompress, type ZstdDecompress } from "node:zlib";

/** Takes bytes while they pass. */
export interface Reader {
  read(chunk: Buffer): void;
  finish(): void;
}

const highWaterMark = 256 * 1024;

/**
 * `body` unchanged, while `reader` reads along what its bytes mean. What the reader throws is the failure of the stream,
 * before its end. Whoever stops reading ends `body`.
 */
export function readAlong(body: Readable, reader: Reader, encoding?: "zstd"): Readable {
  const along = encoding === undefined ? new PlainAlong(reader) : new ZstdAlong(reader);
  pipeline(body, along, () => undefined); // who reads `along` sees the failure
  return along;
}

class PlainAlong extends Transform {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    super({ highWaterMark });
    this.#reader = reader;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    attempt(
      () => this.#reader.read(chunk),
      (error) => done(error, chunk),
    );
  }

  override _flush(done: TransformCallback): void {
    attempt(() => this.#reader.finish(), done);
  }
}

/** The reader sees what the bytes mean, decompressed on another thread. */
class ZstdAlong extends Transform {
  readonly #reader: Reader;
  readonly #decoder: ZstdDecompress = createZstdDecompress({ chunkSize: highWaterMark });

  constructor(reader: Reader) {
    super({ highWaterMark });
    this.#reader = reader;
    this.#decoder.on("data", (chunk: Buffer) =>
      attempt(
        () => reader.read(chunk),
        (error) => error && this.destroy(error),
      ),
    );
    this.#decoder.on("error", (error) => this.destroy(error));
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    this.#decoder.write(chunk, encoding, (error) => error || done(null, chunk));
  }

  override _flush(done: TransformCallback): void {
    this.#decoder.once("end", () => attempt(() => this.#reader.finish(), done));
    this.#decoder.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoder.destroy();
    done(error);
  }
}

function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
