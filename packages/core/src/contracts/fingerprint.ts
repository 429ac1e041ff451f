/** Digest of one part of a database's contents. */
export interface FingerprintItem {
  /** `table`, `schema`, `sequence`, `setting`, ... : the engine's word, shown in messages. */
  readonly kind: string;
  readonly name: string;
  /** Rows, documents or keys, where counting makes sense. */
  readonly count?: number;
  /** Hex digest, equal for equal contents whatever the order they are stored in. */
  readonly hash: string;
}

/** What a database held at one moment: independent of physical order, comparable only within one `algorithm`. */
export interface Fingerprint {
  /** Name and version of the method, such as `sqlite-rows-1`; one that compares no contents is called `…-counts-1`. */
  readonly algorithm: string;
  /** Sorted by kind, then name. */
  readonly items: readonly FingerprintItem[];
}
