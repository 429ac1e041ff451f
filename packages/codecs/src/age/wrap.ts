import { createCipheriv, createDecipheriv } from "node:crypto";
import { damaged } from "./damaged.ts";

export const aead = "chacha20-poly1305";
export const tagBytes = 16;
const fileKeyBytes = 16;
/** A wrap key is used once, so its nonce is fixed. */
const nonce: Buffer = Buffer.alloc(12);

/** The body of a stanza: the file key, sealed. */
export function wrapFileKey(wrapKey: Buffer, fileKey: Buffer): Buffer {
  const cipher = createCipheriv(aead, wrapKey, nonce, { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when `wrapKey` is not the right one. Bodies of any other length are refused untried (partitioning oracles). */
export function unwrapFileKey(wrapKey: Buffer, body: Buffer): Buffer | undefined {
  if (body.length !== fileKeyBytes + tagBytes) throw damaged("a wrapped file key has the wrong length");
  const decipher = createDecipheriv(aead, wrapKey, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(body.subarray(fileKeyBytes));
  const fileKey = decipher.update(body.subarray(0, fileKeyBytes));
  try {
    decipher.final();
    return fileKey;
  } catch {
    return undefined;
  }
}
