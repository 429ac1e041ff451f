export interface FileCheck {
  /** Lines of `integrity_check` about damage, the first ones; empty when there is none. */
  readonly problems: readonly string[];
  /** Lines about rows that break their own schema, and how many say the same. */
  readonly breaches: readonly { readonly line: string; readonly count: number }[];
  /** False when there are so many breaches that SQLite stopped looking. */
  readonly finished: boolean;
  /** Tables that could not be checked, because this SQLite lacks what they or their indexes need. */
  readonly unchecked: readonly { readonly table: string; readonly lack: string }[];
  /** Rows that point at nothing, per table. */
  readonly orphans: readonly { readonly table: string; readonly rows: number }[];
}

/** SQLite's answer: frames in the WAL and how many of them are in the database now; -1 when it is not in WAL mode. */
export interface CheckpointResult {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

export interface CopyFacts {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly journalMode: string;
}

export interface Copied extends CopyFacts {
  /** Whether the guest of the meeting reads the very moment that was copied. */
  readonly met: boolean;
}

/** What a database says about itself. */
export interface DatabaseFacts {
  readonly sqliteVersion: string;
  readonly journalMode: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly encoding: string;
  readonly tables: number;
  readonly userVersion: number;
  readonly applicationId: number;
  /** Tables whose rows this SQLite cannot read. */
  readonly unreadable: readonly string[];
}
