import type { ErrorCode, ExploredItem, Fingerprint } from "@dbsave/core";
import type { Place } from "../place.ts";
import type { CheckpointResult, Copied, DatabaseFacts, FileCheck } from "./results.ts";

/** Everything a worker can be asked for. All of it is copied from thread to thread; a `meeting` is shared memory. */
export interface Jobs {
  readFacts: { input: Place; result: DatabaseFacts };
  explore: { input: Place & { readonly count: boolean }; result: readonly ExploredItem[] };
  checkpoint: { input: Place & { readonly mode: string }; result: CheckpointResult };
  copyOnline: { input: Place & { readonly into: string; readonly meeting: SharedArrayBuffer }; result: Copied };
  copyVacuum: { input: Place & { readonly into: string }; result: Copied };
  dumpSql: { input: Place; result: Fingerprint };
  loadSql: { input: Place; result: undefined };
  /** Null when it was to meet another connection in one snapshot and could not. */
  fingerprint: { input: Place & { readonly meeting?: SharedArrayBuffer }; result: Fingerprint | null };
  checkFile: { input: Place; result: FileCheck };
  useWal: { input: Place; result: undefined };
  /** False when the file is no database that could be locked. */
  claim: { input: Place; result: boolean };
  tidy: { input: Place; result: undefined };
}

export type JobName = keyof Jobs;

/** How a job speaks with the main thread while it works. */
export interface JobPort {
  progress(doneBytes: number, totalBytes: number): void;
  /** Gives bytes away; resolves when the main thread wants more. */
  send(bytes: Uint8Array): Promise<void>;
  /** The bytes that the main thread feeds. */
  receive(): AsyncIterable<Uint8Array>;
}

export type Job<N extends JobName> = (
  input: Jobs[N]["input"],
  port: JobPort,
) => Promise<Jobs[N]["result"]> | Jobs[N]["result"];

export type FromWorker =
  | { readonly type: "progress"; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "want" }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined };

export type ToWorker = { readonly type: "more" } | { readonly type: "bytes"; readonly bytes: Uint8Array | null };
