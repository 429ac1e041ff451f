import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { DbsaveError } from "@dbsave/core";
import type { Submittable } from "pg";
import type { Walsender } from "./walsender.ts";

/**
 * Gives the server the manifest of an earlier backup, for the incremental BASE_BACKUP that follows on the same connection, which
 * can be used whatever comes of it. Needs PostgreSQL 17. Rejects with what kept `manifest` from being read, or the server from taking it.
 */
export async function uploadManifest(walsender: Walsender, manifest: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const upload = new ManifestUpload(manifest, (error) => (error === undefined ? resolve() : reject(error)), walsender);
  walsender.submit(upload);
  await promise;
}

/** What of the driver's connection a copy to the server needs. */
interface CopyIn {
  readonly stream: Writable;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

class ManifestUpload implements Submittable {
  readonly #manifest: Readable;
  readonly #onDone: (error?: Error) => void;
  readonly #walsender: Walsender;
  readonly #over = new AbortController();
  #unreadable: Error | undefined;

  constructor(manifest: Readable, onDone: (error?: Error) => void, walsender: Walsender) {
    this.#manifest = manifest;
    this.#onDone = onDone;
    this.#walsender = walsender;
  }

  submit(connection: { query(text: string): void }): void {
    connection.query("UPLOAD_MANIFEST");
  }

  handleCopyInResponse(connection: CopyIn): void {
    void this.#send(connection);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#onDone();
  }

  handleError(error: Error): void {
    this.#over.abort();
    this.#manifest.destroy();
    this.#onDone(this.#unreadable ?? this.#walsender.failure(error, "UPLOAD_MANIFEST"));
  }

  /** A copy that fails must be ended too: the server answers with an error, and goes on. */
  async #send(connection: CopyIn): Promise<void> {
    try {
      for await (const chunk of this.#manifest as AsyncIterable<Buffer>) {
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await once(connection.stream, "drain", { signal: this.#over.signal });
      }
      connection.endCopyFrom();
    } catch (error) {
      if (this.#over.signal.aborted) return;
      this.#unreadable = error instanceof Error ? error : new DbsaveError("INTERNAL", String(error));
      connection.sendCopyFail("the manifest cannot be read");
    }
  }
}
