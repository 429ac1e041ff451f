/** What a name in a directory stands for. Links are never followed, so a link is a `symlink`, whatever it points at. */
export type FsKind = "file" | "directory" | "symlink" | "other";

export interface FsEntry {
  readonly name: string;
  readonly kind: FsKind;
}

export interface FsStat {
  readonly kind: FsKind;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** A new file being written from its start to its end. */
export interface FsWriter {
  /** Appends all bytes of all `chunks`, or rejects. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
  /** After a rejection the file must be thrown away: a second `sync` could succeed without the bytes being on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FsReader {
  stat(): Promise<FsStat>;
  /** Fills the start of `into` from `position`; resolves with the number of bytes, 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * The only door through which dbsave changes files, so that a test can replay every crash between two operations.
 * Paths are absolute. Failures are the system's own errors with their `code` (`ENOENT`, `EEXIST`, `ENOSPC`, ...).
 * Nothing is durable before its `sync` (bytes) or the `syncDirectory` of its directory (names).
 */
export interface FsPort {
  /** A file that did not exist (EEXIST), never through a link, readable by its owner alone unless `mode` says more. */
  createFile(path: string, mode: number): Promise<FsWriter>;
  /** Never through a link (ELOOP), never waiting for a pipe's writer. Anything but a file may open: ask `stat`. */
  openFile(path: string): Promise<FsReader>;
  /** Gives an existing file a second name, atomically; EEXIST when `path` is taken. */
  link(existing: string, path: string): Promise<void>;
  /** Atomically, replacing a file of that name. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** For its owner alone. EEXIST when the name is taken, ENOENT when the parent is missing. */
  makeDirectory(path: string): Promise<void>;
  /** Only an empty one: ENOTEMPTY. */
  removeDirectory(path: string): Promise<void>;
  /** Makes the directory's names durable: new ones, replaced ones and those that are gone. */
  syncDirectory(path: string): Promise<void>;
  /** In no particular order. */
  list(path: string): Promise<readonly FsEntry[]>;
  lstat(path: string): Promise<FsStat>;
  /** What this user can still write to the file system of `path`. */
  freeBytes(path: string): Promise<number>;
}

/** The system's code of a failed operation, such as `ENOENT`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
