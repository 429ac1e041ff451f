import type { LastingServerRunner } from "./lasting-server.ts";

/** A server on what was restored, which goes on when this process has ended. It is isolated: it archives nothing and follows nobody. */
export interface StartOrder {
  readonly servers: LastingServerRunner;
  /** Where it listens on the loopback addresses of this machine. @default nowhere: it is reached by its unix socket */
  readonly port?: number;
  /** How long the recovery may take. @default 3600000 */
  readonly timeoutMs?: number;
}

/** A server that has recovered, and goes on. */
export interface StartedServer {
  /** For people: `process 4711`. */
  readonly where: string;
  /** How a client of the database connects, without a password. */
  readonly connection: string;
  readonly reached: RecoveredTo;
  /** From its start until it took changes. */
  readonly durationMs: number;
  /** For a shell. */
  readonly stopCommand: string;
  readonly logCommand: string;
}

/** Where a recovery ended. */
export interface RecoveredTo {
  readonly position: string;
  /** When the last transaction was committed that it replayed; null when it replayed none, or does not tell. */
  readonly at: Date | null;
  /** The one that the server began there. */
  readonly timeline: number;
  /** In the words of the server: `before 2026-11-20 14:30:00+01`. */
  readonly reason: string;
}
