import type { Readable } from "node:stream";
import type { Finding } from "./finding.ts";
import type { Manifest } from "./manifest.ts";
import type { RunContext } from "./run-context.ts";

/** A file of a source's continuous log as it lies in a repository: a WAL segment, a timeline's history. */
export interface LogFile {
  /** Folder within the log of its target, several segments: `7584010098765432100/0000000100000002`. */
  readonly folder: string;
  /** As the engine calls it: letters, digits and dots. */
  readonly name: string;
  readonly plainSha256: string;
  /** Extensions of the codecs in the order they were applied: `[".zst", ".age"]`. */
  readonly extensions: readonly string[];
  readonly storedBytes: number;
  /** When it was stored, by the clock of the storage. */
  readonly archivedAt: Date;
}

/** What of a target's log is archived. */
export interface LogReader {
  /** In the order of folders and names, without what others put there. Fails rather than listing a part. */
  list(folder?: string): Promise<readonly LogFile[]>;
  /** Decoded; fails before its end with CHECKSUM_MISMATCH when it is not what was archived, OBJECT_NOT_FOUND when it is gone. */
  open(file: LogFile): Promise<Readable>;
}

/** A file to archive. Its contents are known whole, so that they can be told from others of the same name. */
export interface NewLogFile {
  readonly folder: string;
  readonly name: string;
  readonly plainSha256: string;
}

/** The log of one target. Nothing in it is ever overwritten. */
export interface LogStore extends LogReader {
  /**
   * Durable on return. `present`: the same contents are there already, and durable also when their writer died meanwhile.
   * OBJECT_EXISTS when others are archived under this name; of writers that race with different contents at most one succeeds,
   * and nobody after them, until a person takes one away. `body` is called only when bytes are needed, and may be called again;
   * CHECKSUM_MISMATCH when it gives others than those announced. Contents that are in memory whole were hashed there, and are not again.
   */
  append(file: NewLogFile, body: (() => Readable) | Buffer): Promise<"stored" | "present">;
  /** Deleting what is not there succeeds. */
  remove(file: LogFile): Promise<void>;
}

/** Where a recovery ends. Positions are the engine's: an LSN. */
export type RecoveryTarget = { readonly timeline?: number } & (
  | { readonly kind: "latest" }
  /** As soon as the backup is consistent. */
  | { readonly kind: "immediate" }
  /** All that was committed by then, and nothing that was committed later. */
  | { readonly kind: "time"; readonly time: Date }
  | { readonly kind: "position"; readonly position: string }
  | { readonly kind: "transaction"; readonly transaction: string }
  /** A restore point that was named on the server. */
  | { readonly kind: "name"; readonly name: string }
);

/** A moment of a log. */
export interface LogMoment {
  readonly position: string;
  readonly at: Date;
}

/** Everything from the end of one backup to the last file before a gap can be recovered. */
export interface RecoveryWindow {
  readonly source: string;
  readonly timeline: number;
  readonly from: LogMoment & { readonly backup: string };
  /** `at` is when the last file was archived: what is in it was committed before. */
  readonly to: LogMoment;
  /** The first file that is missing, when later ones are there. */
  readonly gap: string | null;
}

/** What a recovery takes. */
export interface RecoveryRoute {
  readonly backup: Manifest;
  readonly to: RecoveryTarget;
  readonly timeline: number;
  /** In the order they are needed. */
  readonly files: readonly LogFile[];
  readonly window: RecoveryWindow;
}

/** When a log is looked at. What is missing only since a few minutes may be on its way. */
export type LogWatch = Pick<RunContext, "now" | "signal">;

/** How far backups and log reach together. */
export interface LogSurvey {
  /** Oldest first, none within another. A backup that holds its own log is a window by itself. */
  readonly windows: readonly RecoveryWindow[];
  /**
   * LOG_INCOMPLETE as an error: what the newest backup cannot be recovered past. As a warning: what else is missing or disputed.
   * As an information: what may be on its way.
   */
  readonly findings: readonly Finding[];
}

/** What an engine knows of its continuous log. Reads no server. */
export interface EngineLog {
  /** From manifests and names, and the few small files that say which way the log took. One that cannot be decoded here is a finding. */
  survey(
    backups: readonly Manifest[],
    files: readonly LogFile[],
    log: Pick<LogReader, "open">,
    watch: LogWatch,
  ): Promise<LogSurvey>;
  /**
   * The newest backup that reaches `to` and the files it needs. RECOVERY_UNREACHABLE, with what can be reached, before anything is
   * touched; reads only as much of `log` as it needs to know when the last transaction in it was committed.
   */
  plan(to: RecoveryTarget, backups: readonly Manifest[], log: LogReader, signal: AbortSignal): Promise<RecoveryRoute>;
  /**
   * Files that neither a kept backup needs to be consistent nor recovery to any moment from `since` on; from the oldest kept
   * backup on when it is null. Pure. Without a kept backup of this log none is.
   */
  expendable(kept: readonly Manifest[], files: readonly LogFile[], since: Date | null): readonly LogFile[];
}

/** A recovery beyond the moment of a backup. */
export interface Recovery {
  readonly route: RecoveryRoute;
  readonly log: LogReader;
}
