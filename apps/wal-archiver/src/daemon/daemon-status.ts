/** What a daemon did and how far behind it is, as it stands in the spool and as `dbsave-wal status` tells it. Times are ISO. */
export interface DaemonStatus {
  readonly target: string;
  readonly startedAt: string;
  /** Since it started. */
  readonly archivedFiles: number;
  readonly last: { readonly name: string; readonly at: string; readonly milliseconds: number } | null;
  /** A file that cannot be archived at present, and why. */
  readonly failing: {
    readonly name: string;
    readonly since: string;
    readonly code: string;
    readonly message: string;
  } | null;
  /** What the server has finished and has not been told to be archived; where the daemon does not see its `pg_wal`, what it is asked for. */
  readonly waiting: { readonly files: number; readonly oldest: string | null };
}
