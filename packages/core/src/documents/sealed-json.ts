import { hash } from "node:crypto";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { canonicalJson } from "./canonical-json.ts";

const sealKey = "seal";

/** Canonical JSON of `document` with a `seal`, the SHA-256 of the rest, so that any changed byte is noticed on reading. */
export function sealJson(document: object): string {
  return canonicalJson({ ...document, [sealKey]: sealOf(document) });
}

/**
 * The document inside `text`. MANIFEST_INVALID, naming `what`, when a byte is not as `sealJson` wrote it.
 * A seal finds accidents and half-writes; it is not a signature.
 */
export function unsealJson(text: string, what: string): Readonly<Record<string, unknown>> {
  const parsed = parseObject(text, what);
  const { [sealKey]: seal, ...document } = parsed;
  let isSound: boolean;
  try {
    isSound = seal === sealOf(document) && canonicalJson(parsed) === text;
  } catch (cause) {
    throw new DbsaveError("MANIFEST_INVALID", `${what}: nested too deeply: it was changed`, { cause });
  }
  if (isSound) return document;
  throw new DbsaveError("MANIFEST_INVALID", `${what}: its bytes do not match its seal: it was damaged or changed`);
}

function parseObject(text: string, what: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new DbsaveError("MANIFEST_INVALID", `${what}: not JSON: it was damaged or cut short`, { cause });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new DbsaveError("MANIFEST_INVALID", `${what}: not a JSON object`);
  }
  return parsed as Record<string, unknown>;
}

function sealOf(document: object): string {
  return `sha256:${hash("sha256", canonicalJson(document))}`;
}
