import { Readable } from "node:stream";
import { callbackify } from "node:util";
import { DbsaveError } from "../errors/dbsave-error.ts";
import type { FsReader } from "./fs-port.ts";

const chunkBytes = 128 * 1024;

/**
 * `length` bytes of an open file from `offset`, one chunk ahead of the reader. A file that ends sooner fails the stream
 * with STORAGE_FAILED. The stream owns `file` and closes it when it ends, fails or is destroyed, also when never read.
 */
export function readRange(file: FsReader, offset: number, length: number, what: string): Readable {
  const end = offset + length;
  let position = offset;

  async function next(): Promise<Buffer | null> {
    if (position >= end) return null;
    const bytes = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - position));
    const count = await file.read(bytes, position);
    if (count === 0) {
      throw new DbsaveError("STORAGE_FAILED", `${what}: the file ends at byte ${position} instead of ${end}`);
    }
    position += count;
    return bytes.subarray(0, count);
  }

  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      callbackify(() => file.close())((closing) => done(error ?? closing));
    },
  });
}
