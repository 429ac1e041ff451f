import type { GrowingFile } from "./growing-file.ts";

const atOnce = 3;

/** Syncs and closes files behind their writer's back, a few at once. */
export class WrittenFiles {
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  /** Waits for room, not for the file. Rejects with the failure of any earlier one. */
  async add(file: GrowingFile): Promise<void> {
    const work = this.#settle(file).finally(() => this.#running.delete(work));
    this.#running.add(work);
    while (this.#running.size >= atOnce) await Promise.race(this.#running);
    this.#throwFailure();
  }

  /** Rejects when a file may not be durable. */
  async settled(): Promise<void> {
    await this.over();
    this.#throwFailure();
  }

  /** Resolves when no file is open any more. */
  async over(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Never rejects. */
  async #settle(file: GrowingFile): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      this.#failures.push(error);
    } finally {
      await file.close().catch((error: unknown) => this.#failures.push(error));
    }
  }

  #throwFailure(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
