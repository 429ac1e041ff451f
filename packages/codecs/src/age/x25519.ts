import { diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { damaged } from "./damaged.ts";
import type { Stanza } from "./header.ts";
import { unwrapFileKey, wrapFileKey } from "./wrap.ts";
import { rawPublicKey, toPublicKey, type X25519Identity } from "./x25519-keys.ts";

const type = "X25519";

/** Throws when `recipient` is a low-order point, to which nothing can be encrypted. */
export function wrapForRecipient(recipient: Buffer, fileKey: Buffer): Stanza {
  const { privateKey } = generateKeyPairSync("x25519");
  const share = rawPublicKey(privateKey);
  const wrapKey = deriveWrapKey(privateKey, recipient, Buffer.concat([share, recipient]));
  return { args: [type, encodeBase64(share)], body: wrapFileKey(wrapKey, fileKey) };
}

/** The file key, undefined when no stanza is for one of `identities`; DECODE_FAILED when a stanza is malformed. */
export function unwrapWithIdentities(
  identities: readonly X25519Identity[],
  stanzas: readonly Stanza[],
): Buffer | undefined {
  for (const stanza of stanzas.filter(({ args }) => args[0] === type)) {
    const share = decodeBase64(stanza.args[1] ?? "");
    if (stanza.args.length !== 2 || share?.length !== 32) throw damaged("an X25519 recipient is malformed");
    for (const { privateKey, publicKey } of identities) {
      const fileKey = unwrapFileKey(unwrapKey(privateKey, share, publicKey), stanza.body);
      if (fileKey !== undefined) return fileKey;
    }
  }
  return undefined;
}

function unwrapKey(privateKey: KeyObject, share: Buffer, publicKey: Buffer): Buffer {
  try {
    return deriveWrapKey(privateKey, share, Buffer.concat([share, publicKey]));
  } catch (cause) {
    throw damaged("an X25519 recipient holds a low-order point", cause);
  }
}

function deriveWrapKey(privateKey: KeyObject, publicKey: Buffer, salt: Buffer): Buffer {
  const sharedSecret = diffieHellman({ privateKey, publicKey: toPublicKey(publicKey) });
  return Buffer.from(hkdfSync("sha256", sharedSecret, salt, "age-encryption.org/v1/X25519", 32));
}
