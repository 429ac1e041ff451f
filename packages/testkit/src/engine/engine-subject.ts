import type { Engine, EngineEvent, RestoreSelection, RunContext, ServerRunner, ToolRunner } from "@dbsave/core";

/** An engine as the suite needs it. */
export interface EngineCandidate {
  /** Shown in the test report. */
  readonly name: string;
  /** A fresh subject, for one promise. */
  readonly create: () => Promise<EngineSubject>;
  /** Promises that cannot be checked in this place, with the reason: shown as skipped. */
  readonly cannot?: Readonly<Record<string, string>>;
  /** How long a cancelled call may take. @default 2000 */
  readonly patienceMs?: number;
}

/**
 * A throw-away database with an engine on it. A place is what `RestoreRequest.into` takes: a path, the name of a
 * database. Nothing here may block the event loop or leave a place in use, and disposing removes every place again.
 */
export interface EngineSubject extends AsyncDisposable {
  /** Its own source is the place `source`. */
  readonly engine: Engine;
  /** Holds some of everything the engine knows: several tables or collections, an empty one, odd names, odd values. */
  readonly source: string;
  /** Empty: a restore into it needs no `force`. */
  readonly into: string;
  /** Another engine with the same options, whose own source is `place`. It does no I/O and the suite disposes it. */
  open(place: string): Engine;
  /** Adds rows to at least two tables or collections of `source`, in one transaction where there are any. */
  mutate(): Promise<void>;
  /** Changes one value in `source`, to another one each time: no row more or less. */
  edit(): Promise<void>;
  /** Stores the contents of `source` in another physical order. */
  reorder?(): Promise<void>;
  /** Makes `source` so big that a backup has at least 32 MiB. */
  grow?(): Promise<void>;
  /**
   * A digest of what `place` holds, as exact as can be: its bytes where it is a file. Equal means untouched; it does not
   * depend on the name, so that what was moved aside still has the digest it had. The empty text when nothing is there.
   */
  snapshot(place: string): Promise<string>;
  /** Whatever exists now where `source` and `into` are: files, databases. To find what should not have been left. */
  places(): Promise<readonly string[]>;
  /** A part of `source`, not all of it, that can be restored alone. */
  readonly part?: RestoreSelection;
  /** Passwords and keys the engine was given, which nobody must ever see. */
  readonly secrets?: readonly string[];
  /** What the engine runs its tools with, where it needs some. */
  readonly tools?: ToolRunner;
  /** What the engine starts throw-away servers with, where it does. */
  readonly servers?: ServerRunner;
}

/** One subject, and what the suite itself needs for the trial of one promise. */
export interface EngineTrial {
  readonly subject: EngineSubject;
  /** Its signal never fires; its scratch directory is removed after the trial. */
  readonly ctx: RunContext;
  /** What was reported to `ctx` so far. */
  readonly events: readonly EngineEvent[];
  readonly patienceMs: number;
}

/** One thing every engine promises. `run` rejects when the engine does not keep it. */
export interface EnginePromise {
  readonly name: string;
  /** Only where the engine or the subject has it. */
  readonly needs?: "explore" | "incremental" | "scratch" | "reorder" | "grow" | "secrets" | "part";
  readonly run: (trial: EngineTrial) => Promise<void>;
}
