import { Readable } from "node:stream";
import { DbsaveError } from "@dbsave/core";
import type { Submittable } from "pg";
import { PartBody } from "./part-body.ts";
import type { Walsender } from "./walsender.ts";

/** One stream of a base backup. */
export interface BackupPart {
  readonly kind: "archive" | "manifest";
  /** As the server names it: `16400.tar`, `base.tar.zst`; of the manifest `backup_manifest`. */
  readonly name: string;
  /** Where the tablespace is on the server; empty for the data directory and the manifest. */
  readonly location: string;
  /** To be read before the next part comes. */
  readonly body: Readable;
}

/** A place in the WAL. */
interface WalPosition {
  readonly lsn: string;
  readonly timeline: number;
}

export interface Tablespace {
  readonly oid: number;
  readonly location: string;
}

export interface BaseBackupFacts {
  readonly start: WalPosition;
  readonly stop: WalPosition;
  /** Beside the data directory. */
  readonly tablespaces: readonly Tablespace[];
}

type Row = readonly (string | null)[];

/**
 * A running BASE_BACKUP: the parts in the order in which the server sends them, archives of tablespaces first, the manifest
 * last. The server waits while a part is not read. A reader that stops early ends the connection; a failure of the server
 * or the connection is the failure of the part that is being read.
 */
export class BaseBackup extends Readable implements Submittable {
  readonly #walsender: Walsender;
  readonly #command: string;
  readonly #onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly #results: Row[][] = [];
  #part: PartBody | null = null;
  #isPaused = false;
  #isAnswered = false;

  /** Sends the command. `onProgress` is told of plain bytes about once a second; the total is an estimate. */
  constructor(walsender: Walsender, command: string, onProgress: (doneBytes: number, totalBytes: number) => void) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#walsender = walsender;
    this.#command = command;
    this.#onProgress = onProgress;
    walsender.submit(this);
  }

  /** Known when all parts have been read. BACKUP_FAILED when the server did not send them. */
  facts(): BaseBackupFacts {
    const [start, tablespaces = [], stop] = this.#results;
    return {
      start: position(start),
      stop: position(stop),
      tablespaces: tablespaces.flatMap(([oid, location]) =>
        oid ? [{ oid: Number(oid), location: location ?? "" }] : [],
      ),
    };
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#command);
  }

  handleRowDescription(): void {
    this.#results.push([]);
  }

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#results.at(-1)?.push(fields);
  }

  handleCommandComplete(): void {}

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const kind = String.fromCharCode(chunk[0] ?? 0);
    const rest = chunk.subarray(1);
    if (kind === "d") this.#takeData(rest);
    else if (kind === "p") this.#onProgress(Number(rest.readBigInt64BE()), this.#estimatedBytes());
    else if (kind === "n") this.#begin("archive", ...texts(rest));
    else if (kind === "m") this.#begin("manifest", "backup_manifest", "");
    else this.#fail(new DbsaveError("BACKUP_FAILED", `postgres: BASE_BACKUP: unknown message ${JSON.stringify(kind)}`));
  }

  handleError(error: Error): void {
    this.#isAnswered = true;
    this.#fail(this.#walsender.failure(error, "BASE_BACKUP"));
  }

  handleReadyForQuery(): void {
    this.#isAnswered = true;
    this.#part?.finish();
    this.#part = null;
    this.push(null);
  }

  override _read(): void {}

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#abandon();
    this.#part?.destroy(error ?? undefined);
    done(error);
  }

  #begin(kind: BackupPart["kind"], name: string, location: string): void {
    this.#part?.finish();
    const body = new PartBody(
      () => this.#resume(),
      () => this.#abandon(),
    );
    this.#part = body;
    this.push({ kind, name, location, body } satisfies BackupPart);
  }

  /** The server goes on sending until the connection ends. */
  #abandon(): void {
    if (!this.#isAnswered) this.#walsender.cut();
  }

  #takeData(bytes: Buffer): void {
    if (this.#part?.fill(bytes) !== false || this.#isPaused) return;
    this.#isPaused = true;
    this.#walsender.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#walsender.resume();
  }

  #fail(error: Error): void {
    this.#part?.destroy(error);
    this.#part = null;
    this.destroy(error);
  }

  /** The server tells kilobytes of each tablespace. */
  #estimatedBytes(): number {
    return (this.#results[1] ?? []).reduce((sum, [, , size]) => sum + Number(size ?? 0) * 1024, 0);
  }
}

/** Two texts, each with its NUL. */
function texts(bytes: Buffer): readonly [string, string] {
  const [name = "", location = ""] = bytes.toString().split("\0");
  return [name, location];
}

function position(rows: readonly Row[] | undefined): WalPosition {
  const [lsn, timeline] = rows?.[0] ?? [];
  if (typeof lsn === "string" && typeof timeline === "string") return { lsn, timeline: Number(timeline) };
  throw new DbsaveError("BACKUP_FAILED", "postgres: BASE_BACKUP: the server did not say where in the WAL it is");
}
