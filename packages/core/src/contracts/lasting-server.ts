import type { ServerImage } from "./server-runner.ts";
import type { ToolRunner } from "./tool-runner.ts";

/** Starts servers that go on when this process has ended: on data that a restore has brought back. */
export interface LastingServerRunner {
  /**
   * Starts what `describe` says as the owner of the first of `directories`, and resolves when it was started, not when it is ready.
   * PERMISSION_DENIED when that is root, or somebody who this process cannot be; TOOL_MISSING, TOOL_FAILED, ABORTED, or as `describe`
   * does. What was begun is then gone.
   */
  start(describe: (tools: ToolRunner) => Promise<LastingCommand>, options: StartLastingOptions): Promise<LastingServer>;
}

export interface StartLastingOptions {
  /** For messages: `postgres 17`. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** All that it reads and writes, absolute paths of this machine, which it finds under the same paths. It works in the first. */
  readonly directories: readonly [string, ...string[]];
  /** A file for what it prints, where nothing else keeps that. */
  readonly logFile: string;
  /** Whether it shall be reached, and reach others, by the network of this machine. */
  readonly hasNetwork: boolean;
  /** As of `StartServerOptions`. */
  readonly image?: ServerImage;
}

export interface LastingCommand {
  readonly tool: string;
  readonly args: readonly string[];
  /** Ends it in order, where it runs on this machine: the command that people are told. */
  readonly stop: readonly [tool: string, ...args: string[]];
  readonly stopSignal: "SIGTERM" | "SIGINT" | "SIGQUIT";
}

/** A server that goes on. Disposing lets go of it, and of nothing else. */
export interface LastingServer extends AsyncDisposable {
  /** For people: `process 4711`, `container dbsave-1f2e3d4c`. */
  readonly where: string;
  /** For a shell: what stops it, and what shows all it has printed. */
  readonly stopCommand: string;
  readonly logCommand: string;
  /** Runs programs as its user, where it is. */
  readonly tools: ToolRunner;
  /** The lines that it prints, from the first on. They end when the server has ended. */
  readonly lines: AsyncIterable<string>;
  /** Stops it in order, or kills it after ten minutes. Of what was made for it only its log is left. */
  stop(): Promise<void>;
}
