import type { Codec } from "@dbsave/core";

/** A codec as the suite needs it. Every function gives a fresh one. */
export interface CodecSubject {
  /** Shown in the test report. */
  readonly name: string;
  /** Able to encode, and to decode what it encoded. */
  readonly create: () => Codec;
  /** Needed when the codec is of kind `encryption`. */
  readonly encryption?: EncryptionSubject;
}

export interface EncryptionSubject {
  /** Decodes with a well-formed key that does not open what `create` encoded. */
  readonly withWrongKey: () => Codec;
  /** Has nothing to decode with. */
  readonly withoutKey: () => Codec;
  /** Has nothing it could encode with: a missing or unusable recipient. */
  readonly impossible: () => Codec;
  /** What must never be seen in an error or an inspected value. */
  readonly secrets: readonly string[];
}

/** One thing every codec promises. `run` rejects when `subject` does not keep it. */
export interface CodecPromise {
  readonly name: string;
  readonly run: (subject: CodecSubject) => Promise<void>;
}

/** A promise that only codecs of kind `encryption` give. */
export interface EncryptionPromise {
  readonly name: string;
  readonly run: (subject: CodecSubject, encryption: EncryptionSubject) => Promise<void>;
}

/** A codec with one flaw, and the names of promises it breaks by that. */
export interface BrokenCodec {
  readonly breaks: readonly string[];
  readonly subject: CodecSubject;
}
