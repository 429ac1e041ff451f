import { createHash } from "node:crypto";
import { PassThrough } from "node:stream";
import { type Codec, DbsaveError, isDbsaveError, Secret } from "@dbsave/core";
import type { BrokenCodec, EncryptionSubject } from "./codec-subject.ts";
import { toyEncryption } from "./toy-codec.ts";
import { encryptionScheme, type ToyFrames, type ToyScheme } from "./toy-scheme.ts";

const key = new Secret("the key of the toy");
const otherKey = new Secret("the key of another toy");
const scheme = encryptionScheme(key);
const tagBytes = 16;

/** What the suite needs to test `toyEncryption(toyKey)`. */
export const toyKey = key;
export const toyEncryptionSubject: EncryptionSubject = {
  withWrongKey: () => toyEncryption(otherKey),
  withoutKey: () => toyEncryption(),
  impossible: () => toyEncryption(),
  secrets: [key.reveal(), otherKey.reveal()],
};

export const brokenEncryptions: readonly BrokenCodec[] = [
  broken("only signs", ["lets no plain byte through"], () => toyEncryption(key, onlySigns())),
  broken("repeats itself", ["never codes the same bytes the same way twice"], () => {
    return toyEncryption(key, { ...scheme, begin: () => firstBeginning });
  }),
  broken("releases bytes before it looks at them", ["releases only bytes that are genuine"], () =>
    toyEncryption(key, looksLater()),
  ),
  broken("calls a wrong key damage", ["says KEY_WRONG when the key is another or none"], () => toyEncryption(key), {
    withWrongKey: () => toyEncryption(otherKey, callsItDamage(encryptionScheme(otherKey))),
  }),
  broken("goes on without a key", ["fails before any byte when it cannot encrypt"], () => toyEncryption(key), {
    impossible: () => ({ ...toyEncryption(), check: async () => {}, encoder: () => new PassThrough() }),
  }),
  broken("tells its key in an error", ["shows its secrets nowhere"], () => toyEncryption(key), {
    withWrongKey: () => toyEncryption(otherKey, tellsKey(encryptionScheme(otherKey))),
  }),
  broken("carries its key in the open", ["shows its secrets nowhere"], () => carriesKey()),
];

const firstBeginning = scheme.begin();

function broken(
  flaw: string,
  breaks: readonly string[],
  create: () => Codec,
  changes: Partial<EncryptionSubject> = {},
): BrokenCodec {
  const encryption = { ...toyEncryptionSubject, ...changes };
  return { breaks, subject: { name: `an encryption that ${flaw}`, create, encryption } };
}

function onlySigns(): ToyScheme {
  const frames: ToyFrames = {
    seal: (_index, _isLast, plain) =>
      Buffer.concat([plain, createHash("sha256").update(plain).digest().subarray(0, tagBytes)]),
    open: (_index, _isLast, body) => body.subarray(0, -tagBytes),
  };
  return { ...scheme, begin: () => ({ ...scheme.begin(), frames }), resume: () => frames };
}

function looksLater(): ToyScheme {
  return {
    ...scheme,
    resume: (start) => {
      const honest = scheme.resume(start);
      let wasDamaged = false;
      const open = (index: number, isLast: boolean, body: Buffer): Buffer => {
        if (isLast && wasDamaged) throw new Error("damaged");
        try {
          return honest.open(index, isLast, body);
        } catch {
          wasDamaged = true;
          return body.subarray(0, -tagBytes);
        }
      };
      return { ...honest, open };
    },
  };
}

function callsItDamage(honest: ToyScheme): ToyScheme {
  return failsWith(honest, () => new Error("damaged"));
}

function tellsKey(honest: ToyScheme): ToyScheme {
  return failsWith(honest, () => new DbsaveError("KEY_WRONG", `toy: '${otherKey.reveal()}' is not the key`));
}

function failsWith(honest: ToyScheme, error: () => Error): ToyScheme {
  return {
    ...honest,
    resume: (start) => {
      try {
        return honest.resume(start);
      } catch (cause) {
        throw isDbsaveError(cause, "KEY_WRONG") ? error() : cause;
      }
    },
  };
}

function carriesKey(): Codec & { readonly key: string } {
  return { ...toyEncryption(key), key: key.reveal() };
}
