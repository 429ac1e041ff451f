import { type Duplex, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** Everything that comes out of `stream` when `input` goes in, each piece as one write. */
export function through(stream: Duplex, ...input: Buffer[]): Promise<Buffer> {
  return pipeline(Readable.from(input), stream, buffer);
}
