import { DbsaveError, type ErrorCode } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import { identifier } from "../../sql/quote.ts";

/** What an error of a replication connection means, where it is one that others do not have, with what an administrator must do. */
export function replicationError(cause: unknown, what: string, options: ParsedOptions): DbsaveError | undefined {
  const message = cause instanceof Error ? cause.message : String(cause);
  const known = remedies.find(({ pattern, during = "" }) => pattern.test(message) && what.includes(during));
  return known && new DbsaveError(known.code, `${what}: ${message}`, { cause, hint: known.hint(options) });
}

interface Remedy {
  /** The command that it is for. @default any */
  readonly during?: string;
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: (options: ParsedOptions) => string;
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
    during: "BASE_BACKUP",
    pattern: /requested WAL segment \w+ has already been removed/,
    code: "BACKUP_FAILED",
    hint: () =>
      "The server removed WAL while the backup was taken: raise wal_keep_size and max_slot_wal_keep_size, or let the backup be faster.",
  },
  {
    pattern:
      /requested WAL segment \w+ has already been removed|replication slot .* has been invalidated|can no longer access replication slot/,
    code: "LOG_LOST",
    hint: () => "Take a full backup now, and go on from here with --accept-gap: recovery begins with that backup.",
  },
  {
    pattern: /is ahead of the WAL flush position/,
    code: "SOURCE_BUSY",
    hint: () =>
      "More is archived than the server has. A standby catches up by itself; a server that was set back to an earlier state needs a target of its own.",
  },
  {
    pattern: /max_wal_senders/,
    code: "CONNECT_FAILED",
    hint: () => "ALTER SYSTEM SET max_wal_senders = 10; ALTER SYSTEM SET wal_level = replica; then restart the server.",
  },
];
