import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { DbsaveError, Secret } from "@dbsave/core";
import { decodeBech32, encodeBech32 } from "./bech32.ts";

const recipientPrefix = "age";
const identityPrefix = "AGE-SECRET-KEY-";
const keyBytes = 32;
/** RFC 8410: everything of a PKCS #8 or SPKI document that comes before the 32 raw bytes of an X25519 key. */
const privateKeyDer: Buffer = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicKeyDer: Buffer = Buffer.from("302a300506032b656e032100", "hex");

export interface X25519Identity {
  readonly privateKey: KeyObject;
  /** The recipient that belongs to it. */
  readonly publicKey: Buffer;
}

/** A new key pair. Whoever has `identity` can read what is encrypted to `recipient`. */
export function generateIdentity(): { identity: Secret; recipient: string } {
  const key = randomBytes(keyBytes);
  const identity = encodeBech32(identityPrefix.toLowerCase(), key).toUpperCase();
  return { identity: new Secret(identity), recipient: encodeBech32(recipientPrefix, toIdentity(key).publicKey) };
}

/** The raw public key of `age1...`, undefined when it is not the recipient of an X25519 identity. */
export function readRecipient(text: string): Buffer | undefined {
  return readKey(text, recipientPrefix);
}

/** OPTIONS_INVALID, without the text itself, when it is not `AGE-SECRET-KEY-1...`. */
export function readIdentity(secret: Secret): X25519Identity {
  const key = readKey(secret.reveal(), identityPrefix);
  if (key !== undefined) return toIdentity(key);
  throw new DbsaveError("OPTIONS_INVALID", "age: an identity is not of the form AGE-SECRET-KEY-1...");
}

export function toPublicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyDer, raw]), format: "der", type: "spki" });
}

/** The 32 raw bytes of the public half. */
export function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(publicKeyDer.length);
}

function toIdentity(raw: Buffer): X25519Identity {
  const privateKey = createPrivateKey({ key: Buffer.concat([privateKeyDer, raw]), format: "der", type: "pkcs8" });
  return { privateKey, publicKey: rawPublicKey(privateKey) };
}

function readKey(text: string, prefix: string): Buffer | undefined {
  const data = text.startsWith(`${prefix}1`) ? decodeBech32(text)?.data : undefined;
  return data?.length === keyBytes ? data : undefined;
}
