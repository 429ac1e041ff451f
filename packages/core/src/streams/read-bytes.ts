import { Readable } from "node:stream";

const chunkBytes = 256 * 1024;

/** `bytes` as a stream, piece by piece without copying, so that each stage works on what still is in the processor's cache. */
export function readBytes(bytes: Buffer): Readable {
  let at = 0;
  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      const piece = bytes.subarray(at, at + chunkBytes);
      at += piece.length;
      this.push(piece.length === 0 ? null : piece);
    },
  });
}
