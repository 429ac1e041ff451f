import type { FileHandle } from "node:fs/promises";

const everyBytes = 32 * 1024 * 1024;

/**
 * Lets the disk work while a file is still being written, so that in the end there is little left to wait for. A failure is kept for `sync`,
 * because after it another sync could succeed without the bytes being on the disk.
 */
export class EarlySync {
  readonly #file: Pick<FileHandle, "datasync" | "sync">;
  readonly #failures: unknown[] = [];
  #unsyncedBytes = 0;
  #running: Promise<void> | null = null;

  constructor(file: Pick<FileHandle, "datasync" | "sync">) {
    this.#file = file;
  }

  /** So many bytes more were written. Does not wait. */
  wrote(bytes: number): void {
    this.#unsyncedBytes += bytes;
    if (this.#running !== null || this.#unsyncedBytes < everyBytes) return;
    this.#unsyncedBytes = 0;
    this.#running = this.#syncBehind();
  }

  /** Resolves when all that was written is durable; rejects when something of it may not be. */
  async sync(): Promise<void> {
    await this.#running;
    if (this.#failures.length > 0) throw this.#failures[0];
    await this.#file.sync();
  }

  /** Never rejects. */
  async #syncBehind(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#failures.push(error);
    } finally {
      this.#running = null;
    }
  }
}
