import type { ErrorCode } from "@dbsave/core";
import type { BlockFormat } from "../incremental/incremental-file.ts";
import type { FileListener, HashedFile } from "../manifest/archived-files.ts";
import type { Ownership } from "../restore/ownership.ts";

/** What a thread does with an archive beside hashing its files. */
export interface ThreadJob {
  /** For messages. */
  readonly name: string;
  readonly encoding: "zstd" | undefined;
  /** Null: nothing is written. */
  readonly unpack: Unpacking | null;
  /** Of an archive that holds changed blocks. */
  readonly format: BlockFormat | null;
}

/** Where the files go, durable but for the names of directories. */
export interface Unpacking {
  readonly root: string;
  readonly owner: Ownership;
  /** Paths of files that are not written but handed back. */
  readonly kept: readonly string[];
  /** Upon the files of an older backup: those that come again are replaced. Otherwise there is nothing yet. */
  readonly isUpon: boolean;
  readonly withoutWal: boolean;
}

/** Null ends the archive; `stop` the thread, whatever it is at. */
export type ToThread = Uint8Array | null | "stop";

export type FromThread =
  | ({ readonly type: "taken" } & Seen)
  | ({ readonly type: "done" } & Seen)
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined };

/** What has happened since the last message. */
export interface Seen {
  readonly begun: readonly string[];
  readonly ended: readonly HashedFile[];
  readonly kept: readonly (readonly [path: string, bytes: Uint8Array])[];
}

/** Tells a listener what a thread has seen. */
export function tell(listener: FileListener, { begun, ended }: Seen): void {
  for (const path of begun) listener.begin(path);
  for (const { path, size, digest } of ended) listener.end({ path, size, digest });
}
