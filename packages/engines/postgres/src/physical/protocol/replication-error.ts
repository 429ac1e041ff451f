import { DbsaveError, type ErrorCode } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import { driverError } from "../../sql/driver-error.ts";
import { identifier } from "../../sql/quote.ts";

/** What an error of a replication connection means, with the line or the SQL that an administrator must add. */
export function replicationError(cause: unknown, what: string, options: ParsedOptions): Error {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const known = remedies.find(({ pattern }) => pattern.test(error.message));
  if (known === undefined) return driverError(error, what) as Error;
  const hint = known.hint(options, error.message);
  return new DbsaveError(known.code, `${what}: ${error.message}`, { cause: error, hint });
}

interface Remedy {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: (options: ParsedOptions, message: string) => string;
}

const remedies: readonly Remedy[] = [
  {
    pattern: /checksum verification failure/,
    code: "SOURCE_INVALID",
    hint: () => "Pages on the server's disk are damaged. Keep the older backups, and restore the newest proven one.",
  },
  {
    pattern: /compression specification|compression worker count|does not support compression/,
    code: "UNSUPPORTED",
    hint: () => "Let dbsave compress: the server cannot compress in this way.",
  },
  {
    pattern: /replication role|permission denied to (?:start WAL sender|use replication slots)/,
    code: "PERMISSION_DENIED",
    hint: ({ user }) => `ALTER ROLE ${identifier(user)} REPLICATION;`,
  },
  {
    pattern: /no pg_hba\.conf entry/,
    code: "PERMISSION_DENIED",
    hint: ({ user, database }, message) => `${hbaLine(user, database, message)} Then: SELECT pg_reload_conf();`,
  },
  {
    pattern: /max_wal_senders/,
    code: "CONNECT_FAILED",
    hint: () => "ALTER SYSTEM SET max_wal_senders = 10; ALTER SYSTEM SET wal_level = replica; then restart the server.",
  },
];

function hbaLine(user: string, database: string, message: string): string {
  const [, from = "[local]"] = /for host "([^"]+)"/.exec(message) ?? [];
  const names = `${identifier(database)}  ${identifier(user)}`;
  if (from === "[local]") return `Add to pg_hba.conf: local  ${names}  peer`;
  return `Add to pg_hba.conf: host  ${names}  ${from}/${from.includes(":") ? 128 : 32}  scram-sha-256`;
}
