import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { DbsaveError, type Secret } from "@dbsave/core";

/** How a file begins, and what codes its frames. */
export interface ToyScheme {
  readonly startBytes: number;
  readonly begin: () => { readonly start: Buffer; readonly frames: ToyFrames };
  readonly resume: (start: Buffer) => ToyFrames;
}

/** How the frames of one file are coded. `open` throws when a body is not what `seal` made of this place in the file. */
export interface ToyFrames {
  readonly seal: (index: number, isLast: boolean, plain: Buffer) => Buffer;
  readonly open: (index: number, isLast: boolean, body: Buffer) => Buffer;
}

const magic: Buffer = Buffer.from("TOY1");
const tagBytes = 16;
const saltBytes = 16;
const aead = "aes-256-gcm";

/** Every frame is deflated by itself and carries a checksum. */
export function compressionScheme(): ToyScheme {
  const frames: ToyFrames = {
    seal: (index, isLast, plain) => {
      const deflated = deflateRawSync(plain);
      return Buffer.concat([deflated, checksum(index, isLast, deflated)]);
    },
    open: (index, isLast, body) => {
      const deflated = body.subarray(0, -tagBytes);
      if (!checksum(index, isLast, deflated).equals(body.subarray(-tagBytes))) throw new Error("damaged");
      return inflateRawSync(deflated);
    },
  };
  return {
    startBytes: magic.length,
    begin: () => ({ start: magic, frames }),
    resume: (start) => {
      if (!start.equals(magic)) throw new Error("not a toy file");
      return frames;
    },
  };
}

/** Every frame is sealed with AES-GCM under a key of its file, derived from `key` and a random salt. */
export function encryptionScheme(key: Secret | undefined): ToyScheme {
  return {
    startBytes: magic.length + saltBytes + tagBytes,
    begin: () => {
      if (key === undefined) throw new DbsaveError("ENCRYPTION_IMPOSSIBLE", "toy: cannot encrypt: there is no key");
      const salt = randomBytes(saltBytes);
      return { start: Buffer.concat([magic, salt, keyCheck(key, salt)]), frames: sealedFrames(fileKey(key, salt)) };
    },
    resume: (start) => {
      if (!start.subarray(0, magic.length).equals(magic)) throw new Error("not a toy file");
      const salt = start.subarray(magic.length, -tagBytes);
      const isRight = key !== undefined && keyCheck(key, salt).equals(start.subarray(-tagBytes));
      if (!isRight) throw new DbsaveError("KEY_WRONG", "toy: cannot decrypt: the key does not open the file");
      return sealedFrames(fileKey(key, salt));
    },
  };
}

function sealedFrames(key: Buffer): ToyFrames {
  const options = { authTagLength: tagBytes };
  return {
    seal: (index, isLast, plain) => {
      const cipher = createCipheriv(aead, key, place(index, isLast), options);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open: (index, isLast, body) => {
      const decipher = createDecipheriv(aead, key, place(index, isLast), options);
      decipher.setAuthTag(body.subarray(-tagBytes));
      return Buffer.concat([decipher.update(body.subarray(0, -tagBytes)), decipher.final()]);
    },
  };
}

/** Twelve bytes that no other frame of the file has. */
function place(index: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(index, 4);
  bytes.writeUInt8(isLast ? 1 : 0, 11);
  return bytes;
}

function checksum(index: number, isLast: boolean, data: Buffer): Buffer {
  return createHash("sha256").update(place(index, isLast)).update(data).digest().subarray(0, tagBytes);
}

function keyCheck(key: Secret, salt: Buffer): Buffer {
  return createHmac("sha256", key.reveal()).update("check").update(salt).digest().subarray(0, tagBytes);
}

function fileKey(key: Secret, salt: Buffer): Buffer {
  return createHmac("sha256", key.reveal()).update("file").update(salt).digest();
}
