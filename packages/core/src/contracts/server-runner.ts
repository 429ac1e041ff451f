import type { Secret } from "../secret.ts";
import type { ToolRunner } from "./tool-runner.ts";

/** Starts throw-away servers, on this machine or in a container: for a restore that must prove a backup. */
export interface ServerRunner {
  /**
   * Makes a place, lets `describe` prepare it and say what to run there, and resolves when the server is ready. Nothing of it is
   * left when it is disposed or could not be started; when this process is killed, at the latest the next start of
   * a server on this machine removes it.
   *
   * Rejects with TOOL_MISSING, TOOL_FAILED (with the end of the server's log), TIMED_OUT, ABORTED, or as `describe` does.
   */
  start(describe: (place: ServerPlace) => Promise<ServerCommand>, options: StartServerOptions): Promise<RunningServer>;
}

export interface StartServerOptions {
  /** For messages: `postgres 17`. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Where the programs should come from. A runner of this machine's own programs has no images and takes those. */
  readonly image?: ServerImage;
  /**
   * Who the server and the tools beside it are. On this machine only root can be somebody else; others are themselves.
   * @default this process's user; in a container the user of the image
   */
  readonly user?: string;
  /** @default 60000 */
  readonly readyTimeoutMs?: number;
}

/** A container image, as a backup remembers where its server came from. */
export interface ServerImage {
  /** As people write it: `postgres:17`. It may mean another image by now. */
  readonly name: string;
  /** `sha256:…` of its configuration: exactly this image, where it was seen. */
  readonly id: string;
  /** `name@sha256:…`, the same everywhere. Absent when it came from no registry. */
  readonly digest?: string;
}

/** Where a server lives. Both directories are private to it and empty at first. */
export interface ServerPlace {
  /** Its data and its working directory, as the server and `tools` see it. */
  readonly directory: string;
  /** For unix sockets: the same path for the server, `tools` and this process. */
  readonly socketDirectory: string;
  /** Where the server may listen on TCP so that this process reaches it. Undefined where there is no network. */
  readonly tcp: { readonly host: string; readonly port: number } | undefined;
  /** Runs tools as the server's user, where the server is. */
  readonly tools: ToolRunner;
}

export interface ServerCommand {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | Secret>>;
  /** How to ask it to end at once. @default "SIGTERM" */
  readonly stopSignal?: "SIGTERM" | "SIGINT" | "SIGQUIT";
  /** Asked again and again until it says true. An error counts as false; the last one is the cause when time is up. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>;
}

export interface RunningServer extends ServerPlace, AsyncDisposable {
  /** The last lines that the server printed, without the secrets of its environment. */
  log(): string;
}
