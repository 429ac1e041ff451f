import type { ProgressEvent } from "./events.ts";
import type { ServerRunner } from "./server-runner.ts";
import type { ToolRunner } from "./tool-runner.ts";

/** Everything an engine may use from outside. It has no other way to reach the world. */
export interface RunContext {
  readonly signal: AbortSignal;
  readonly tools: ToolRunner;
  readonly servers: ServerRunner;
  /** A private (0700) directory of this run, removed by the caller. */
  readonly scratchDir: string;
  now(): Date;
  /** Never throws, never blocks. Events carry no secrets. */
  report(event: EngineEvent): void;
}

/** What an engine reports; target and phase are added by the pipeline. */
export type EngineEvent =
  | { readonly type: "progress"; readonly item: string; readonly doneBytes: number; readonly totalBytes?: number }
  | { readonly type: "note"; readonly message: string };

export type ReportProgress = (event: ProgressEvent) => void;
