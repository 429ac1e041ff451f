import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Codec } from "@dbsave/core";

/** What a stream gave before it ended or failed. */
export interface Outcome {
  readonly released: Buffer;
  readonly error: Error | undefined;
}

/** Writes copies of `input` into `stream` and reads all it gives. */
export async function run(stream: Duplex, input: Iterable<Buffer>): Promise<Outcome> {
  const released: Buffer[] = [];
  try {
    await pipeline(Readable.from(copies(input)), stream, async (output: AsyncIterable<Buffer>) => {
      for await (const data of output) released.push(data);
    });
    return { released: Buffer.concat(released), error: undefined };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error("not an Error was thrown", { cause });
    return { released: Buffer.concat(released), error };
  }
}

/** All that `stream` releases when `input` is written piece by piece, up to its end or its first error. */
export async function releasedBy(stream: Duplex, input: Iterable<Buffer>): Promise<Buffer> {
  const released: Buffer[] = [];
  stream.on("error", () => {}).on("data", (data: Buffer) => released.push(data));
  for (const piece of copies(input)) {
    if (stream.destroyed) break;
    await new Promise((resolve) => stream.write(piece, resolve));
  }
  stream.destroy();
  return Buffer.concat(released);
}

export async function encode(codec: Codec, input: Iterable<Buffer>): Promise<Buffer> {
  return succeeded(await run(codec.encoder(), input));
}

export async function decode(codec: Codec, input: Iterable<Buffer>): Promise<Buffer> {
  return succeeded(await run(codec.decoder(), input));
}

export function* copies(input: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of input) yield Buffer.from(piece);
}

function succeeded({ released, error }: Outcome): Buffer {
  if (error !== undefined) throw error;
  return released;
}
