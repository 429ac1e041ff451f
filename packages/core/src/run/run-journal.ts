import { hostname } from "node:os";
import type { ProgressEvent } from "../contracts/events.ts";
import type { Storage } from "../contracts/storage.ts";
import { writeDocument } from "../documents/document-store.ts";
import { keys } from "../repository/layout.ts";
import { version } from "../version.ts";

/**
 * What one run did, kept as `runs/<run id>.jsonl` in the repository: one JSON line per phase and finding. Stored anew after
 * every phase, so that the record of a killed run ends where it was killed.
 */
export class RunJournal {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #lines: string[];

  constructor(storage: Storage, runId: string, startedAt: Date, command = "runPipeline") {
    this.#storage = storage;
    this.#key = keys.run(runId);
    const head = { type: "run", at: startedAt, run: runId, command, host: hostname(), version };
    this.#lines = [JSON.stringify(head)];
  }

  /** Remembers an event; progress is not history and is left out. */
  note(event: ProgressEvent): void {
    if (event.type !== "progress") this.#lines.push(JSON.stringify(event));
  }

  /** Durable on return. */
  async save(signal: AbortSignal): Promise<void> {
    await writeDocument(this.#storage, this.#key, `${this.#lines.join("\n")}\n`, "replace", signal);
  }
}
