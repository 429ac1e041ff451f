/** What a code means to a caller: the exit status a command ends with, and whether trying again later can help. */
export interface ErrorFacts {
  readonly exit: number;
  readonly retryable: boolean;
  readonly means: string;
  readonly remedy: string;
}

/** The one table of error codes. `docs/errors.md` is generated from it. */
export const ERRORS = {
  INTERNAL: {
    exit: 1,
    retryable: false,
    means: "A defect in dbsave itself.",
    remedy: "Report it with the run record; nothing that was committed is affected.",
  },
  ABORTED: {
    exit: 130,
    retryable: true,
    means: "The run was cancelled by a signal or by the caller.",
    remedy: "Run again. Nothing half-done is listed; leftovers are cleaned after the grace time.",
  },
  TIMED_OUT: {
    exit: 1,
    retryable: true,
    means: "An operation made no progress within its limit.",
    remedy: "Check the server, the disk or the network that the message names.",
  },
  UNSUPPORTED: {
    exit: 2,
    retryable: false,
    means: "The engine, storage or codec cannot do what was asked.",
    remedy: "Choose one of the methods or levels that the message lists.",
  },
  USAGE: { exit: 2, retryable: false, means: "The command line is wrong.", remedy: "See `dbsave <command> --help`." },
  OPTIONS_INVALID: {
    exit: 2,
    retryable: false,
    means: "An option of a library call or a target is wrong.",
    remedy: "Correct the option that the message names.",
  },
  CONFIG_NOT_FOUND: {
    exit: 2,
    retryable: false,
    means: "No configuration file was found where one is needed.",
    remedy: "Create one with `dbsave init`, or name it with --config.",
  },
  CONFIG_INVALID: {
    exit: 2,
    retryable: false,
    means: "The configuration file has a mistake; nothing was started.",
    remedy: "Correct the path in the file that the message names.",
  },
  SECRET_UNAVAILABLE: {
    exit: 2,
    retryable: false,
    means: "A secret (env:, file:, cmd:) could not be read; secrets fail closed.",
    remedy: "Provide the variable, file or command that the message names.",
  },
  SOURCE_NOT_FOUND: {
    exit: 1,
    retryable: false,
    means: "The database to work on does not exist.",
    remedy: "Correct the path or URL of the target.",
  },
  SOURCE_AMBIGUOUS: {
    exit: 2,
    retryable: false,
    means: "Auto-detection found several databases.",
    remedy: "Name one with --source.",
  },
  SOURCE_INVALID: {
    exit: 1,
    retryable: false,
    means: "The source is not a database of this engine, or it is damaged.",
    remedy: "Run the check that the message names; restore the newest proven backup if it is damaged.",
  },
  SOURCE_FOREIGN: {
    exit: 1,
    retryable: false,
    means: "The data are of another server than those that are kept here; nothing was stored.",
    remedy: "Give each server a target of its own.",
  },
  SOURCE_BUSY: {
    exit: 1,
    retryable: true,
    means: "Another process holds the source locked for longer than the busy timeout.",
    remedy: "Find the long transaction, or raise the busy timeout.",
  },
  PERMISSION_DENIED: {
    exit: 1,
    retryable: false,
    means: "The operating system or the server refuses access.",
    remedy: "Grant the permission that the message names.",
  },
  CONNECT_FAILED: {
    exit: 1,
    retryable: true,
    means: "The server cannot be reached.",
    remedy: "Check that it runs and that host and port are right.",
  },
  TOOL_MISSING: {
    exit: 1,
    retryable: false,
    means: "A program that is needed is not installed.",
    remedy: "Install the package that the message names.",
  },
  TOOL_FAILED: {
    exit: 1,
    retryable: false,
    means: "A program ended with an error or was killed.",
    remedy: "Read its own message, quoted in the error.",
  },
  NO_SPACE: {
    exit: 1,
    retryable: true,
    means: "A disk or a quota is full. Existing backups are untouched.",
    remedy: "Free space. dbsave never deletes a backup to make room.",
  },
  SAVE_FAILED: {
    exit: 1,
    retryable: true,
    means: "The server could not make its memory durable.",
    remedy: "Read the server's log; set `save: optional` only if the target can do without.",
  },
  LOG_LOST: {
    exit: 1,
    retryable: false,
    means: "A part of the server's log is gone from the server before it was archived.",
    remedy:
      "Take a full backup now: recovery begins with it. To archive again from here on, accept the gap: --accept-gap.",
  },
  BACKUP_FAILED: {
    exit: 1,
    retryable: true,
    means: "The backup could not be taken whole; nothing was committed.",
    remedy: "Read the cause in the message and run again.",
  },
  STORAGE_FAILED: {
    exit: 1,
    retryable: true,
    means: "The storage returned an error.",
    remedy: "Check the disk or the remote end that the message names.",
  },
  OBJECT_NOT_FOUND: {
    exit: 1,
    retryable: false,
    means: "An object is missing in the storage.",
    remedy: "Verify the backup; restore another one meanwhile.",
  },
  OBJECT_EXISTS: {
    exit: 1,
    retryable: false,
    means: "An object of that name exists already; nothing is ever overwritten.",
    remedy: "Find out who else writes into the repository.",
  },
  KEY_INVALID: {
    exit: 2,
    retryable: false,
    means: "A storage key is empty, absolute or would leave the repository.",
    remedy: "Correct the name; if it came out of a manifest, treat the repository as tampered with.",
  },
  RANGE_INVALID: {
    exit: 1,
    retryable: false,
    means: "A read past the end of an object was asked for.",
    remedy: "Verify the backup: an object is shorter than its manifest says.",
  },
  CHECKSUM_MISMATCH: {
    exit: 4,
    retryable: false,
    means: "Bytes differ from the recorded SHA-256 or length.",
    remedy: "Do not use this copy. Restore another backup or another copy of this one.",
  },
  DECODE_FAILED: {
    exit: 4,
    retryable: false,
    means: "A compressed or encrypted stream is damaged or cut short.",
    remedy: "Do not use this copy. Restore another backup or another copy of this one.",
  },
  KEY_WRONG: {
    exit: 12,
    retryable: false,
    means: "None of the given identities or passphrases opens the file, or none was given.",
    remedy: "Pass the identity that belongs to one of the recipients.",
  },
  ENCRYPTION_IMPOSSIBLE: {
    exit: 2,
    retryable: false,
    means: "Encryption was asked for and cannot be done; no plain copy was written.",
    remedy: "Correct the recipients or the passphrase.",
  },
  REPOSITORY_NOT_FOUND: {
    exit: 10,
    retryable: false,
    means: "There is no dbsave repository at this place.",
    remedy: "Check the path, or create one with `dbsave init`.",
  },
  REPOSITORY_UNSUPPORTED: {
    exit: 10,
    retryable: false,
    means: "The repository or manifest was written by a newer dbsave.",
    remedy: "Use the newer version; it reads every older format.",
  },
  BACKUP_NOT_FOUND: {
    exit: 1,
    retryable: false,
    means: "No committed backup matches what was asked for.",
    remedy: "See `dbsave list`.",
  },
  MANIFEST_INVALID: {
    exit: 4,
    retryable: false,
    means: "A manifest is damaged or was changed: the backup it describes is not trusted.",
    remedy: "Run `dbsave verify`; restore another backup. Pruning of the target is frozen meanwhile.",
  },
  LOCKED: {
    exit: 11,
    retryable: true,
    means: "Another run works on this target.",
    remedy: "Wait for it. A lock of a dead run is taken over by itself.",
  },
  LOCK_LOST: {
    exit: 11,
    retryable: true,
    means: "The run lost its lock (it slept or was stopped too long) and committed nothing.",
    remedy: "Run again.",
  },
  VERIFY_FAILED: {
    exit: 4,
    retryable: false,
    means: "The backup is kept, but it is not proven: a check found a difference.",
    remedy: "Read the findings; do not rely on this backup.",
  },
  RECOVERY_UNREACHABLE: {
    exit: 2,
    retryable: false,
    means: "No backup and log in the repository reach the moment that was asked for; nothing was touched.",
    remedy: "Choose a moment within the windows that `dbsave list` shows.",
  },
  LOG_INCOMPLETE: {
    exit: 1,
    retryable: false,
    means:
      "A file of the archived log is missing, or different ones are archived under one name: recovery ends before it.",
    remedy:
      "Archive the file that the message names while the server still has it; else take a backup, from which on all is recoverable.",
  },
  LOG_STALLED: {
    exit: 1,
    retryable: true,
    means:
      "Nothing was added to the archived log for longer than is allowed: what is committed since then is not recoverable.",
    remedy:
      "Ask `dbsave doctor`; look at `dbsave-wal` and at the server's own view: pg_stat_archiver, pg_stat_replication.",
  },
  LOG_TOO_LARGE: {
    exit: 1,
    retryable: false,
    means: "The archived log takes more room than is allowed.",
    remedy: "Take a backup and prune, keep the log for a shorter time, or allow it more room.",
  },
  TARGET_NOT_EMPTY: {
    exit: 2,
    retryable: false,
    means: "The place to restore into is not empty.",
    remedy: "Restore elsewhere with --into, or use --force: existing data is moved aside, never deleted.",
  },
  TARGET_BUSY: {
    exit: 1,
    retryable: true,
    means: "The place to restore into is in use.",
    remedy: "Stop the application that uses it.",
  },
  RESTORE_FAILED: {
    exit: 1,
    retryable: false,
    means: "The restore did not finish; what was there before is still there.",
    remedy: "Read the cause in the message.",
  },
  POLICY_INVALID: {
    exit: 2,
    retryable: false,
    means: "A retention policy is empty or out of range; nothing is deleted.",
    remedy: "Correct the `keep` value that the message names.",
  },
  PRUNE_FROZEN: {
    exit: 13,
    retryable: false,
    means: "Deleting is frozen because something is not as it should be.",
    remedy: "Read the reason; nothing was deleted.",
  },
  GUARD_TRIPPED: {
    exit: 13,
    retryable: false,
    means: "The backup is kept, but it is much smaller than its history; nothing was pruned.",
    remedy: "Check the source for lost data. If the change is right, later backups become the new history.",
  },
  NODE_UNSUPPORTED: {
    exit: 2,
    retryable: false,
    means: "This Node.js version loses data or crashes with a dependency.",
    remedy: "Use Node.js 24.11 or newer.",
  },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERRORS;
