import { DbsaveError, type Secret, toDbsaveError } from "@dbsave/core";
import type { Stanza } from "./header.ts";
import { wrapForPassphrase } from "./scrypt.ts";
import { wrapForRecipient } from "./x25519.ts";
import { readRecipient } from "./x25519-keys.ts";

/** Who can read what is encrypted. */
export interface Readers {
  readonly recipients: readonly string[];
  readonly passphrase: Secret | undefined;
  readonly workFactor: number;
}

/** Wraps `fileKey` for every reader. ENCRYPTION_IMPOSSIBLE when there is none, or one it cannot be wrapped for. */
export async function wrapFor(readers: Readers, fileKey: Buffer): Promise<readonly Stanza[]> {
  const { recipients, passphrase, workFactor } = readers;
  if (passphrase !== undefined && recipients.length > 0) {
    throw impossible("a file has either recipients or a passphrase, not both", "Give one of the two.");
  }
  if (passphrase === undefined && recipients.length === 0) {
    throw impossible("there are no recipients and no passphrase", "Give at least one recipient (age1...).");
  }
  if (passphrase?.reveal() === "") throw impossible("the passphrase is empty", "Give one that is hard to guess.");
  const publicKeys = recipients.map(toPublicKey);
  try {
    if (passphrase !== undefined) return [await wrapForPassphrase(passphrase, workFactor, fileKey)];
    return publicKeys.map((publicKey) => wrapForRecipient(publicKey, fileKey));
  } catch (error) {
    throw toDbsaveError(error, "ENCRYPTION_IMPOSSIBLE", "age: cannot encrypt");
  }
}

/** Messages name the position only: what stands there by mistake may be a secret. */
function toPublicKey(recipient: string, index: number, { length }: readonly string[]): Buffer {
  const publicKey = readRecipient(recipient);
  if (publicKey !== undefined) return publicKey;
  const hint = "Only X25519 recipients (age1..., 62 characters) are supported; `age-keygen -y` prints yours.";
  throw impossible(`recipient ${index + 1} of ${length} is not a valid age recipient`, hint);
}

function impossible(what: string, hint: string): DbsaveError {
  return new DbsaveError("ENCRYPTION_IMPOSSIBLE", `age: cannot encrypt: ${what}`, { hint });
}
