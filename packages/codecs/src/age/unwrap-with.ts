import { DbsaveError, type Secret } from "@dbsave/core";
import { damaged } from "./damaged.ts";
import type { Stanza } from "./header.ts";
import { isScrypt, unwrapWithPassphrase } from "./scrypt.ts";
import { unwrapWithIdentities } from "./x25519.ts";
import type { X25519Identity } from "./x25519-keys.ts";

/** What can open a file. */
export interface Keys {
  readonly identities: readonly X25519Identity[];
  readonly passphrase: Secret | undefined;
  readonly maxWorkFactor: number;
}

/** The file key. KEY_WRONG when no key fits or none of the needed kind was given, DECODE_FAILED for a malformed header. */
export async function unwrapWith(keys: Keys, stanzas: readonly Stanza[]): Promise<Buffer> {
  const scryptStanza = stanzas.find(isScrypt);
  if (scryptStanza === undefined) {
    const fileKey = unwrapWithIdentities(keys.identities, stanzas);
    if (fileKey !== undefined) return fileKey;
    const isMissing = keys.identities.length === 0;
    throw wrong(
      isMissing ? "no identity was given" : "none of the given identities opens the file",
      "Give the identity (AGE-SECRET-KEY-1...) that belongs to one of the recipients.",
    );
  }
  if (stanzas.length > 1) throw damaged("a passphrase does not stand alone in the header");
  const { passphrase, maxWorkFactor } = keys;
  if (passphrase === undefined) throw wrong("the file needs a passphrase", "Give the passphrase it was written with.");
  const fileKey = await unwrapWithPassphrase(passphrase, maxWorkFactor, scryptStanza);
  if (fileKey !== undefined) return fileKey;
  throw wrong("the passphrase does not open the file", "Give the passphrase it was written with.");
}

function wrong(what: string, hint: string): DbsaveError {
  return new DbsaveError("KEY_WRONG", `age: cannot decrypt: ${what}`, { hint });
}
