import { randomBytes } from "node:crypto";
import { type Codec, DbsaveError, Secret } from "@dbsave/core";
import { AgeDecoder } from "./decoder.ts";
import { AgeEncoder } from "./encoder.ts";
import { unwrapWith } from "./unwrap-with.ts";
import { wrapFor } from "./wrap-for.ts";
import { readIdentity } from "./x25519-keys.ts";

export interface AgeOptions {
  /** `age1...`; each of them alone can decrypt. Needed to encrypt, unless there is a passphrase. */
  readonly recipients?: readonly string[];
  /** `AGE-SECRET-KEY-1...`; needed to decrypt, never to encrypt. */
  readonly identities?: readonly (string | Secret)[];
  /** Encrypts and decrypts; cannot be mixed with recipients. Deriving the key takes about a second per file. */
  readonly passphrase?: Secret;
  /**
   * How hard a passphrase is to guess: deriving the key takes 2^workFactor KiB of memory. Files that ask for more than
   * this, and more than the default, are refused. @default 18
   */
  readonly workFactor?: number;
}

const defaultWorkFactor = 18;

/**
 * age v1 encryption (c2sp.org/age), binary form, for X25519 recipients or a passphrase. Undone by `age -d`.
 * Throws OPTIONS_INVALID for a malformed identity or work factor. `check` and `encoder` fail with ENCRYPTION_IMPOSSIBLE
 * without usable recipients or passphrase; `decoder` fails with KEY_WRONG without a fitting key and with DECODE_FAILED on
 * any other byte than those written. No byte of a 64 KiB chunk is released before the chunk has proved genuine.
 */
export function age(options: AgeOptions): Codec {
  const { recipients = [], passphrase, workFactor = defaultWorkFactor } = options;
  if (!Number.isInteger(workFactor) || workFactor < 1 || workFactor > 24) {
    throw new DbsaveError("OPTIONS_INVALID", `age: workFactor must be an integer from 1 to 24: got ${workFactor}`);
  }
  const secrets = (options.identities ?? []).map((identity) =>
    typeof identity === "string" ? new Secret(identity) : identity,
  );
  const readers = { recipients, passphrase, workFactor };
  const keys = {
    identities: secrets.map(readIdentity),
    passphrase,
    maxWorkFactor: Math.max(workFactor, defaultWorkFactor),
  };
  return {
    name: "age",
    kind: "encryption",
    extension: ".age",
    stockDecode: passphrase === undefined ? "age -d -i key.txt" : "age -d",
    check: async () => {
      await wrapFor(readers, randomBytes(16));
    },
    encoder: () => new AgeEncoder((fileKey) => wrapFor(readers, fileKey)),
    decoder: () => new AgeDecoder((stanzas) => unwrapWith(keys, stanzas)),
  };
}
