import type { FileHandle } from "node:fs/promises";
import { EarlySync } from "@dbsave/core";

/** A file that is being written, in any order. */
export class GrowingFile {
  readonly handle: FileHandle;
  readonly #early: EarlySync;

  constructor(handle: FileHandle) {
    this.handle = handle;
    this.#early = new EarlySync(handle);
  }

  async write(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
    this.#early.wrote(bytes.length);
  }

  async sync(): Promise<void> {
    await this.#early.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
