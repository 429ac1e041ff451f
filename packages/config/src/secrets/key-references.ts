import { DbsaveError, isDbsaveError, type Secret } from "@dbsave/core";
import type { ConfigPath } from "../issues/issue.ts";
import type { EncryptSetting } from "../schema/policy-schema.ts";
import { type Privacy, type ReferenceContext, readReference } from "./read-reference.ts";

/** One reference of a configuration, and what its value is for. */
export interface KeyReference {
  readonly role: "recipients" | "identities" | "passphrase" | "other";
  readonly path: ConfigPath;
  readonly text: string;
}

export interface KeyContext extends ReferenceContext {
  /** How messages call a path of the configuration: `dbsave.yaml:4: defaults.encrypt.passphrase`. */
  label(path: ConfigPath): string;
}

export interface KeyValues {
  readonly recipients: readonly string[];
  readonly identities: readonly Secret[];
  readonly passphrase?: Secret;
}

/** The references in an `encrypt` that stands at `path`. */
export function encryptReferences(encrypt: EncryptSetting, path: ConfigPath): KeyReference[] {
  if (encrypt === "none") return [];
  const list = (role: "recipients" | "identities", key: string, texts: readonly string[] = []) =>
    texts.map((text, index) => ({ role, path: [...path, key, index], text }));
  const passphrase =
    encrypt.passphrase === undefined
      ? []
      : [{ role: "passphrase", path: [...path, "passphrase"], text: encrypt.passphrase } as const];
  return [
    ...list("recipients", "age", encrypt.age),
    ...list("identities", "identities", encrypt.identities),
    ...passphrase,
  ];
}

/** All values, read at once. Fails with the first reference that cannot be used: SECRET_UNAVAILABLE, OPTIONS_INVALID, ENCRYPTION_IMPOSSIBLE. */
export async function readKeys(references: readonly KeyReference[], context: KeyContext): Promise<KeyValues> {
  const values = await Promise.all(references.map((reference) => readKey(reference, context)));
  const [passphrase] = values.flatMap((value) => value.passphrase ?? []);
  return {
    recipients: values.flatMap((value) => value.recipients),
    identities: values.flatMap((value) => value.identities),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** What one reference contributes. A literal recipient is its own value: it is public. */
export async function readKey({ role, path, text }: KeyReference, context: KeyContext): Promise<KeyValues> {
  if (role === "recipients" && text.startsWith("age1")) return { recipients: [text], identities: [] };
  const what = context.label(path);
  const privacy: Privacy = role === "recipients" ? "public" : "private";
  const value = await readReference(text, what, privacy, context);
  const { parseIdentities, parseRecipients } = await import("@dbsave/codecs");
  try {
    return {
      recipients: role === "recipients" ? parseRecipients(value.reveal()) : [],
      identities: role === "identities" ? parseIdentities(value.reveal()) : [],
      ...(role === "passphrase" ? { passphrase: value } : {}),
    };
  } catch (cause) {
    if (!isDbsaveError(cause)) throw cause;
    throw new DbsaveError(cause.code, `${what}: ${cause.message}`, { cause, hint: cause.hint });
  }
}
