import type { ToolRunner } from "@dbsave/core";

/** A tool runner as the suite needs it. Where it runs tools there must be a POSIX `sh` and the usual small programs. */
export interface ToolSubject {
  /** Shown in the test report. */
  readonly name: string;
  readonly tools: ToolRunner;
  /** Command lines of the processes that run where the tools run and have `text` in them, seen by other means than `tools`. */
  readonly running: (text: string) => Promise<readonly string[]>;
  /** Promises that cannot be checked in this place, with the reason: shown as skipped. */
  readonly cannot?: Readonly<Record<string, string>>;
  /** How long something may take that must happen soon. @default 15000 */
  readonly patienceMs?: number;
}

/** What one promise is tried on. */
export interface ToolTrial {
  readonly tools: ToolRunner;
  readonly running: ToolSubject["running"];
  readonly patienceMs: number;
}

/** One thing every tool runner promises. `run` rejects when the runner does not keep it. */
export interface ToolPromise {
  readonly name: string;
  readonly run: (trial: ToolTrial) => Promise<void>;
}

/** Runs one promise. Resolves with the reason when it cannot be checked there. */
export async function tryToolPromise(promise: ToolPromise, subject: ToolSubject): Promise<string | undefined> {
  const reason = subject.cannot?.[promise.name];
  if (reason !== undefined) return reason;
  const { tools, running, patienceMs = 15_000 } = subject;
  await promise.run({ tools, running, patienceMs });
  return undefined;
}
