import type { Finding } from "./finding.ts";

export type Phase =
  | "open"
  | "lock"
  | "probe"
  | "preflight"
  | "save"
  | "backup"
  | "commit"
  | "read-back"
  | "verify"
  | "guard"
  | "prune"
  | "log"
  | "restore"
  | "sweep";

interface EventBase {
  readonly at: Date;
  readonly target: string;
  readonly phase: Phase;
}

/** A phase began or ended. `message` is one line for a human, without secrets. */
export interface PhaseEvent extends EventBase {
  readonly type: "phase";
  readonly state: "started" | "ok" | "warning" | "failed" | "skipped";
  readonly durationMs?: number;
  readonly message?: string;
}

/** Work is moving. At most a few per second; `totalBytes` is an estimate and may be absent. */
export interface BytesEvent extends EventBase {
  readonly type: "progress";
  readonly item: string;
  readonly doneBytes: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond: number;
}

export interface FindingEvent extends EventBase {
  readonly type: "finding";
  readonly finding: Finding;
}

/** Something worth a line in the log that is neither progress nor a finding. */
export interface NoteEvent extends EventBase {
  readonly type: "note";
  readonly message: string;
}

export type ProgressEvent = PhaseEvent | BytesEvent | FindingEvent | NoteEvent;
