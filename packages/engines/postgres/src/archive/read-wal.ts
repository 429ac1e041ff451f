import { createHash, hash } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { DbsaveError } from "@dbsave/core";

/** Larger files than this are read twice instead of being held. */
const mostHeldBytes = 64 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
const streamBytes = 256 * 1024;

/** Contents of a file of WAL, as a log takes them, and their hash. */
interface WalContents {
  readonly plainSha256: string;
  readonly body: Buffer | (() => ReadStream);
}

/** Reads files of WAL. Segments are all of one size, so memory for one is used for the next: to get it anew costs as much as to read. */
export interface WalReader {
  /** Gives `work` the file, whose bytes are valid until it has resolved. */
  read<T>(path: string, work: (contents: WalContents) => Promise<T>): Promise<T>;
}

export function walReader(): WalReader {
  const idle: Buffer[] = [];
  return {
    async read(path, work) {
      await using file = await open(path);
      const { size } = await file.stat();
      if (size > mostHeldBytes)
        return await work({
          plainSha256: await hashOf(file),
          body: () => createReadStream(path, { highWaterMark: streamBytes }),
        });
      const memory = takeOf(idle, size);
      await fill(memory, file, path);
      const result = await work({ plainSha256: hash("sha256", memory), body: memory });
      // Not after a failure: what failed may still be reading it.
      idle.push(memory);
      return result;
    },
  };
}

function takeOf(idle: Buffer[], size: number): Buffer {
  const at = idle.findIndex(({ length }) => length === size);
  return idle.splice(at, at < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(size);
}

async function fill(memory: Buffer, file: FileHandle, path: string): Promise<void> {
  for (let at = 0; at < memory.length; ) {
    const { bytesRead } = await file.read(memory, at, memory.length - at, at);
    if (bytesRead === 0)
      throw new DbsaveError("SOURCE_INVALID", `postgres: it became shorter while it was read: ${path}`);
    at += bytesRead;
  }
}

async function hashOf(file: FileHandle): Promise<string> {
  const sha256 = createHash("sha256");
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return sha256.digest("hex");
    sha256.update(buffer.subarray(0, bytesRead));
  }
}
