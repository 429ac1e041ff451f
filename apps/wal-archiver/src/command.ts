import type { ParseArgsOptionsConfig } from "node:util";
import type { ErrorCode } from "@dbsave/core";
import type { Session } from "./session/session.ts";

/** What a command got from its command line: words by their names, options by theirs. */
export interface Arguments {
  readonly words: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** One command: what it accepts and what it does with it. It parses nothing and never ends the process. */
export interface Command {
  /** What it takes beside the common options, and the line that `--help` has for each. */
  readonly options: Readonly<Record<string, ParseArgsOptionsConfig[string] & { readonly describe: string }>>;
  /** The exit status of a failure. A server reads it: see the README. */
  failed(code: ErrorCode): number;
  /** The exit status after a signal, by its number. */
  stopped(signalNumber: number): number;
  /** Resolves with the exit status. */
  run(args: Arguments, session: Session): Promise<number>;
}
