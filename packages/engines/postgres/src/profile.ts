import type { Finding, Fingerprint, FingerprintItem, RecipeStep } from "@dbsave/core";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import type { Session } from "./session.ts";

/** What manifests and reports say of a database. Of several databases numbers are added up and texts listed. */
export type Details = Readonly<Record<string, string | number>>;

/** A database that a restore has just made of template0, under a temporary name. */
export interface NewDatabase {
  /** How the database of the backup was made. */
  readonly settings: DatabaseSettings;
  /** For messages: its name for the moment. */
  readonly name: string;
  /** With how many sessions `pour` fills it. */
  readonly jobs: number;
  /** Gives `work` a fresh session in it, closed afterwards. Without a signal of its own it ends with the restore's. */
  session<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/**
 * Lets pg_restore read the whole dump once, with these arguments more: `--section=pre-data`, or `--jobs=1` where order matters.
 * TOOL_FAILED at its first error.
 */
export type Pour = (args: readonly string[]) => Promise<void>;

/** The command that runs pg_restore on a dump with these arguments, as text for a shell. */
export type ReadStep = (explain: string, args: string) => RecipeStep;

/**
 * What an extension with tables of its own needs beside plain PostgreSQL. The engine does everything else, and calls each
 * hook for every database it works on, also for one without the extension. A missing hook changes nothing.
 */
export interface PostgresProfile {
  /** Of the engine: it stands in manifests, and begins the name of the fingerprint's algorithm. */
  readonly name: string;
  /** Settings of a throw-away server, beside the engine's own. */
  readonly scratchSettings?: Readonly<Record<string, string>>;
  /** What is wrong with the session's database. Reads catalogs only. An error prevents a backup. */
  readonly examine?: (session: Session) => Promise<readonly Finding[]>;
  /** What a probe, a save and a manifest shall say of the session's database. */
  readonly describe?: (session: Session) => Promise<Details>;
  /**
   * More items of the fingerprint. The session sees the snapshot; `tables` are the items of all tables in it. An error of
   * this hook fails the backup or the proof.
   */
  readonly fingerprint?: (session: Session, tables: readonly FingerprintItem[]) => Promise<readonly FingerprintItem[]>;
  /** What keeps databases from being restored on the session's server; errors stop a restore before it makes anything. */
  readonly examineServer?: (session: Session, databases: readonly DatabaseSettings[]) => Promise<readonly Finding[]>;
  /** What keeps schemas or tables of a database, whose fingerprint is `whole`, from being restored without the rest of it. */
  readonly examinePart?: (whole: Fingerprint) => readonly Finding[];
  /** Fills the database by `pour`, in place of one plain call. Whatever it began it ends, also when `pour` fails. */
  readonly fill?: (database: NewDatabase, pour: Pour) => Promise<void>;
  /**
   * The session's database was renamed, or should have been and was not: lets go on in it what a rename stops. An error is only
   * noted, because the restore has ended. Not called on a throw-away server.
   */
  readonly resume?: (session: Session) => Promise<void>;
  /** Stock commands that make and fill a database, where `read` lets pg_restore read its dump; undefined for the plain ones. */
  readonly recipe?: (settings: DatabaseSettings, read: ReadStep) => readonly RecipeStep[] | undefined;
}
