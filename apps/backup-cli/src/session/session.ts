import type { RunOptions } from "@dbsave/core";
import type { Reporter } from "../output/reporter.ts";

/** What a command may use of the outside: no command reads the environment, the terminal or the clock another way. */
export interface Session {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `--config`, when it was given. */
  readonly config: string | undefined;
  /** Somebody sits there and can answer. */
  readonly isInteractive: boolean;
  /** Only trouble is to be told: somebody asked for it, or the command is for cron and nobody watches. */
  readonly isTroubleOnly: boolean;
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** The same, as core's operations want it. */
  readonly run: Required<RunOptions>;
  /** Anything but yes is no. Only when `isInteractive`. */
  confirm(question: string): Promise<boolean>;
}
