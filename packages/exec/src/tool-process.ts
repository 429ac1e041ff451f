import type { Readable, Writable } from "node:stream";

/** A program that runs, wherever that is. */
export interface ToolProcess {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the program is over. Rejects with a `DbsaveError` when it could not be started or lost sight of. */
  readonly exit: Promise<ToolExit>;
  /** Asks the program and all it started to end, makes them end after the grace time, and gives up its outputs. */
  stop(): void;
  /** Ends at once what a program that is over left running. */
  sweep(): Promise<void>;
}

/** How a program ended. Never execa's own error: its every text holds all arguments. */
export interface ToolExit {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

/** What to start. Secrets are in `env` and nowhere else. */
export interface Program {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly hasInput: boolean;
}

export type Launch = (program: Program) => ToolProcess;
