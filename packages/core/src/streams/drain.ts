import type { Readable } from "node:stream";

/** Reads to the end and keeps nothing. Rejects with the stream's error. */
export async function drain(body: Readable, onBytes: (bytes: number) => void = () => undefined): Promise<void> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    onBytes(bytes);
  }
}
