import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";

/** Takes bytes while they pass. */
export interface Reader {
  read(chunk: Buffer): void;
  finish(): void;
}

const highWaterMark = 256 * 1024;

/**
 * `body` unchanged, while `reader` reads along. What the reader throws is the failure of the stream, before its end. Whoever stops
 * reading ends `body`.
 */
export function readAlong(body: Readable, reader: Reader): Readable {
  const along = new Transform({
    highWaterMark,
    transform: (chunk: Buffer, _encoding, done) =>
      attempt(
        () => reader.read(chunk),
        (error) => done(error, chunk),
      ),
    flush: (done) => attempt(() => reader.finish(), done),
  });
  pipeline(body, along, () => undefined); // who reads `along` sees the failure
  return along;
}

function attempt(work: () => void, done: TransformCallback): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
