import { statSync } from "node:fs";
import type { ErrorCode } from "@dbsave/core";
import Database from "better-sqlite3";
import type { Place } from "./place.ts";
import { JobError } from "./worker/job-error.ts";

export type { Database } from "better-sqlite3";

/**
 * A connection that can only read; runs in a worker. It takes no lock before its first read. On a database in WAL mode that
 * nobody has open it makes an empty `-wal` and a `-shm` beside it, as every reader must, and leaves them to `leaveAsFound`.
 * Fails with SOURCE_NOT_FOUND (nothing is created), SOURCE_INVALID, SOURCE_BUSY after `busyTimeoutMs`, or PERMISSION_DENIED.
 */
export function openReadOnly({ path, busyTimeoutMs }: Place): Database.Database {
  return open(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
}

/** A connection that can write. As the last one to close a database in WAL mode it checkpoints and removes the `-wal`. */
export function openWritable({ path, busyTimeoutMs }: Place): Database.Database {
  return open(path, { fileMustExist: true, timeout: busyTimeoutMs });
}

function open(path: string, options: Database.Options): Database.Database {
  refuseMissing(path);
  let db: Database.Database | undefined;
  try {
    db = new Database(path, options);
    db.pragma("cache_size = -2000"); // every page is read once, in order: a large cache would only be memory
    db.pragma("schema_version");
    return db;
  } catch (error) {
    db?.close();
    throw jobError(error, `sqlite: cannot open: ${path}`);
  }
}

function refuseMissing(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new JobError("SOURCE_NOT_FOUND", `sqlite: no such file: ${path}`);
  if (!stats.isFile()) throw new JobError("SOURCE_INVALID", `sqlite: not a file: ${path}`);
}

/** Begins a transaction that sees one moment until it ends. In rollback-journal mode nobody can commit meanwhile. */
export function pin(db: Database.Database): void {
  db.exec("BEGIN");
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
}

/** What this SQLite lacks for `statement`, such as a collation, in its own words; null when it can run it. Does not run it. */
export function lackOf(db: Database.Database, statement: string): string | null {
  try {
    db.prepare(statement);
    return null;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_ERROR")) return error.message;
    throw error;
  }
}

/** The single value of a pragma that gives a number. */
export function pragmaNumber(db: Database.Database, source: string): number {
  return Number(db.pragma(source, { simple: true }));
}

/** The single value of a pragma, as text. */
export function pragmaText(db: Database.Database, source: string): string {
  return String(db.pragma(source, { simple: true }));
}

/** What an error of a job means to an operator. */
export function jobError(error: unknown, what: string): JobError {
  if (error instanceof JobError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [meaning, hint] = meanings.find(([prefix]) => code.startsWith(prefix))?.[1] ?? ["INTERNAL"];
  return new JobError(meaning, `${what}: ${error instanceof Error ? error.message : String(error)}`, hint);
}

const noSharedMemory =
  "A database in WAL mode needs its -wal and -shm beside it: run as a user who may write to its directory.";

const hotJournal =
  "Its application was killed inside a transaction: start it, or open the file with sqlite3, so that SQLite rolls it back.";

const meanings: readonly (readonly [prefix: string, readonly [code: ErrorCode, hint?: string]])[] = [
  ["SQLITE_BUSY", ["SOURCE_BUSY"]],
  ["SQLITE_LOCKED", ["SOURCE_BUSY"]],
  ["SQLITE_NOTADB", ["SOURCE_INVALID", "It is not a SQLite database, or it is encrypted."]],
  ["SQLITE_CORRUPT", ["SOURCE_INVALID", "Run `pragma integrity_check`; restore the newest proven backup."]],
  ["SQLITE_FULL", ["NO_SPACE"]],
  ["SQLITE_IOERR", ["STORAGE_FAILED"]],
  ["SQLITE_READONLY_ROLLBACK", ["SOURCE_INVALID", hotJournal]],
  ["SQLITE_CANTOPEN", ["PERMISSION_DENIED", noSharedMemory]],
  ["SQLITE_READONLY", ["PERMISSION_DENIED", noSharedMemory]],
  ["SQLITE_PERM", ["PERMISSION_DENIED"]],
  ["SQLITE_AUTH", ["PERMISSION_DENIED"]],
  ["SQLITE_TOOBIG", ["UNSUPPORTED", "A value is too big for SQL text; use method online."]],
  ["SQLITE_", ["SOURCE_INVALID", "A statement on it failed: it may need an extension that is not there."]],
  ["EACCES", ["PERMISSION_DENIED"]],
  ["EPERM", ["PERMISSION_DENIED"]],
  ["ENOSPC", ["NO_SPACE"]],
  ["ELOOP", ["SOURCE_INVALID", "A link leads back to itself."]],
];
