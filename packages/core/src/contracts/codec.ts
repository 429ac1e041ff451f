import type { Duplex } from "node:stream";

/**
 * One reversible stage between an engine and a storage. Streams keep backpressure and use bounded memory.
 * Every promise here is tested by `codecConformance` of `@dbsave/testkit`.
 */
export interface Codec {
  /** As written in manifests: `zstd`, `gzip`, `age`. */
  readonly name: string;
  readonly kind: "compression" | "encryption";
  /** Of a compression, for engines whose tools can compress as well. */
  readonly level?: number;
  /** Appended to the stored name, with its dot: `.zst`. */
  readonly extension: string;
  /** The stock command that undoes it as a filter, for RESTORE.md: `zstd -dc`. It calls a file with the identity `key.txt`. */
  readonly stockDecode: string;
  /** Fails with ENCRYPTION_IMPOSSIBLE or OPTIONS_INVALID before any byte of a backup flows, when `encoder` could not work. */
  check(): Promise<void>;
  /** A fresh stream, plain bytes in, coded bytes out. */
  encoder(): Duplex;
  /** A fresh stream, coded bytes in, plain bytes out. Damage is DECODE_FAILED, a missing or wrong key KEY_WRONG, before the end of the stream. */
  decoder(): Duplex;
}
