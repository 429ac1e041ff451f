import { resolve } from "node:path";
import { DbsaveError } from "@dbsave/core";

/** How a backup is taken: a page copy, a compacted copy, or SQL text. */
export const backupMethods = ["online", "vacuum", "sql"] as const;
export type BackupMethod = (typeof backupMethods)[number];

const checkpointModes = ["passive", "full", "restart", "truncate"] as const;
type CheckpointMode = (typeof checkpointModes)[number];

export interface SqliteOptions {
  /** The database file. Relative paths are resolved when the engine is made. */
  readonly path: string;
  /** How long to wait for other connections' locks, in milliseconds. @default 5000 */
  readonly busyTimeoutMs?: number;
  /**
   * Makes `save` run a checkpoint of this kind. A backup does not need one: it reads committed pages from the WAL as well.
   * While an application with SQLite before 3.51.3 has the database open, a checkpoint by another process is a small risk.
   * @default none
   */
  readonly checkpoint?: CheckpointMode;
}

export interface ParsedOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly checkpoint: CheckpointMode | null;
}

const longestTimeoutMs = 2 ** 31 - 1;

/** OPTIONS_INVALID names the option. Does no I/O. */
export function parseOptions({ path, busyTimeoutMs = 5_000, checkpoint }: SqliteOptions): ParsedOptions {
  if (typeof path !== "string" || path === "") throw invalid("path", "it is empty");
  if (path === ":memory:") throw invalid("path", "a database in memory cannot be backed up by another process");
  if (path.includes("\0")) throw invalid("path", "it holds a NUL");
  const file = resolve(path);
  if (file !== file.trim()) throw invalid("path", "it ends in white space, which the SQLite library would cut off");
  if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > longestTimeoutMs)
    throw invalid("busyTimeoutMs", "it must be a whole number of milliseconds");
  if (checkpoint !== undefined && !checkpointModes.includes(checkpoint))
    throw invalid("checkpoint", `it must be one of ${checkpointModes.join(", ")}`);
  return { path: file, busyTimeoutMs, checkpoint: checkpoint ?? null };
}

function invalid(option: string, why: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `sqlite: option ${option}: ${why}`);
}
