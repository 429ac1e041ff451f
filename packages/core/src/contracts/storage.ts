import type { Readable } from "node:stream";

export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface PutOptions {
  readonly signal: AbortSignal;
  /** `fail`: OBJECT_EXISTS when the key is taken, also when two writers race. `replace`: atomically, old or new, never a mix. */
  readonly ifExists: "fail" | "replace";
  /** Hex SHA-256 of the whole body when it is known beforehand; other bytes give CHECKSUM_MISMATCH and store nothing. */
  readonly sha256?: string;
}

/** Without a range the whole object. A range of no bytes, also at the object's end, is an empty stream. */
export interface GetOptions {
  /** Stops the stream as well. */
  readonly signal: AbortSignal;
  readonly offset?: number;
  readonly length?: number;
}

export interface SweepOptions {
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Only what is at least this old and whose writer is not known to be alive is removed. */
  readonly olderThanMs: number;
}

/**
 * Where bytes are kept. Keys are relative, `/` separated, valid by `checkKey`.
 * Every promise here is tested by `storageConformance` of `@dbsave/testkit`.
 */
export interface Storage extends AsyncDisposable {
  /** For messages, without secrets: `fs:/srv/backups`. */
  readonly name: string;
  /** All or nothing: when it resolves the object is whole and durable; when it rejects the key is as it was. Consumes `body`. */
  put(key: string, body: Readable, options: PutOptions): Promise<ObjectInfo>;
  /** OBJECT_NOT_FOUND, or RANGE_INVALID when the range leaves the object; a short read is an error of the stream, never an early end. */
  get(key: string, options: GetOptions): Promise<Readable>;
  /** OBJECT_NOT_FOUND when there is no such object. */
  stat(key: string, signal: AbortSignal): Promise<ObjectInfo>;
  /** Committed objects whose key starts with `prefix`, in the order of their UTF-8 bytes, temporary ones never. Fails rather than listing a part. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo>;
  /** Durable on return; deleting what is not there succeeds. */
  delete(key: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes a committed object durable whose writer may have died before its `put` resolved. OBJECT_NOT_FOUND when there is none.
   * Absent where whatever is listed is durable.
   */
  settle?(key: string, signal: AbortSignal): Promise<void>;
  /** Bytes that can still be stored, where the storage knows. */
  freeBytes?(signal: AbortSignal): Promise<number>;
  /** Removes what interrupted `put`s of dead writers left behind; returns how many. */
  sweep?(options: SweepOptions): Promise<number>;
}
