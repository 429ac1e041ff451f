import { randomBytes, scrypt } from "node:crypto";
import { DbsaveError, type Secret } from "@dbsave/core";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { damaged } from "./damaged.ts";
import type { Stanza } from "./header.ts";
import { unwrapFileKey, wrapFileKey } from "./wrap.ts";

const type = "scrypt";
const saltBytes = 16;
const blockSize = 8;

/** Takes 2^`workFactor` KiB of memory while it runs, on one of libuv's threads. */
export async function wrapForPassphrase(passphrase: Secret, workFactor: number, fileKey: Buffer): Promise<Stanza> {
  const salt = randomBytes(saltBytes);
  const wrapKey = await deriveWrapKey(passphrase, salt, workFactor);
  return { args: [type, encodeBase64(salt), String(workFactor)], body: wrapFileKey(wrapKey, fileKey) };
}

export function isScrypt(stanza: Stanza): boolean {
  return stanza.args[0] === type;
}

/**
 * The file key, undefined when the passphrase is wrong. DECODE_FAILED when the stanza is malformed or asks for more work
 * than `maxWorkFactor`, so that a planted file cannot exhaust the memory.
 */
export async function unwrapWithPassphrase(
  passphrase: Secret,
  maxWorkFactor: number,
  stanza: Stanza,
): Promise<Buffer | undefined> {
  const [, encodedSalt = "", digits = "", ...others] = stanza.args;
  const salt = decodeBase64(encodedSalt);
  const isWellFormed = salt?.length === saltBytes && /^[1-9][0-9]*$/.test(digits) && others.length === 0;
  if (!isWellFormed) throw damaged("the scrypt recipient is malformed");
  const workFactor = Number(digits);
  if (workFactor > maxWorkFactor) {
    const message = `age: cannot decode: the passphrase needs work factor ${digits}, allowed is ${maxWorkFactor}`;
    throw new DbsaveError("DECODE_FAILED", message, { hint: "If you trust the file, raise the option workFactor." });
  }
  return unwrapFileKey(await deriveWrapKey(passphrase, salt, workFactor), stanza.body);
}

function deriveWrapKey(passphrase: Secret, salt: Buffer, workFactor: number): Promise<Buffer> {
  const cost = 2 ** workFactor;
  const options = { cost, blockSize, parallelization: 1, maxmem: 128 * blockSize * (cost + 64) };
  const labelledSalt = Buffer.concat([Buffer.from("age-encryption.org/v1/scrypt"), salt]);
  return new Promise((resolve, reject) => {
    scrypt(passphrase.reveal(), labelledSalt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
