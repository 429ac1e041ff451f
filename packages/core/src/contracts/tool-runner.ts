import type { Readable } from "node:stream";
import type { Secret } from "../secret.ts";

export interface ToolOptions {
  readonly signal: AbortSignal;
  /** Added to a minimal environment. Secrets travel here, never in `args`. */
  readonly env?: Readonly<Record<string, string | Secret>>;
  readonly input?: Readable;
  readonly cwd?: string;
  /** Kill the tool when it neither reads nor writes for this long. */
  readonly stallTimeoutMs?: number;
}

export interface RunningTool {
  /** Fails when the tool fails, so a short output can never look whole. */
  readonly stdout: Readable;
  /** Rejects with TOOL_MISSING, TOOL_FAILED (with the end of stderr) or ABORTED. */
  readonly done: Promise<void>;
}

/** Runs programs without a shell, on the host or inside a container. */
export interface ToolRunner {
  run(tool: string, args: readonly string[], options: ToolOptions): RunningTool;
}
