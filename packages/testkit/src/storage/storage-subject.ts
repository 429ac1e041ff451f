import type { Storage } from "@dbsave/core";

/** A storage as the suite needs it. */
export interface StorageSubject {
  /** Shown in the test report. */
  readonly name: string;
  /** A fresh, empty storage, for one promise. Disposing removes it with all it holds. */
  readonly create: () => Promise<StorageInstance>;
  /** Passwords and keys the storage was given, which nobody must ever see. */
  readonly secrets?: readonly string[];
  /** Promises that cannot be checked in this place, with the reason: shown as skipped. */
  readonly cannot?: Readonly<Record<string, string>>;
  /** How long a cancelled or blocked operation may take before it counts as hanging. @default 10000 */
  readonly patienceMs?: number;
}

export interface StorageInstance extends AsyncDisposable {
  readonly storage: Storage;
  /** How many files or connections are open now. Without it leaks are not looked for. */
  readonly openHandles?: () => Promise<number>;
}

/** One storage, empty at first, for the trial of one promise. */
export interface StorageTrial {
  readonly storage: Storage;
  readonly secrets?: readonly string[] | undefined;
  readonly openHandles?: (() => Promise<number>) | undefined;
  readonly patienceMs: number;
}

/** One thing every storage promises. `run` rejects when the storage does not keep it. */
export interface StoragePromise {
  readonly name: string;
  /** Only where the storage or the trial has it. */
  readonly needs?: "settle" | "sweep" | "freeBytes" | "secrets" | "openHandles";
  readonly run: (trial: StorageTrial) => Promise<void>;
}
