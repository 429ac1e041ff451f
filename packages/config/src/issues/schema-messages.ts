import { didYouMean } from "@dbsave/core";
import type { core } from "zod";
import { listed, quote } from "./issue.ts";

type RawIssue = core.$ZodRawIssue;

/**
 * What to say about a mistake that has no message of its own in the schema. Only unknown keys and words that were chosen
 * from a list are quoted; every other value might be a secret.
 */
export function schemaMessage(issue: RawIssue): string {
  if (issue.code === "invalid_type") return expected(typeWords[issue.expected] ?? issue.expected, issue.input);
  if (issue.code === "invalid_value") return wrongWord(issue.values.map(String), issue.input);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(key, knownKeys(issue.inst))).join("\n");
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => message).join("; ");
  if (issue.code === "too_small") return `expected at least ${issue.origin === "array" ? "one entry" : issue.minimum}`;
  if (issue.code === "too_big") return `expected at most ${issue.maximum}`;
  return "not understood";
}

const typeWords: Readonly<Record<string, string>> = {
  object: "a set of keys",
  record: "a set of keys",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

export function expected(what: string, input: unknown): string {
  return input === undefined ? `missing: expected ${what}` : `expected ${what}, got ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (input === null) return "nothing";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a set of keys";
  if (typeof input === "number") return Number.isInteger(input) ? "a whole number" : "a number";
  return typeof input === "string" ? "text" : "true or false";
}

/** For a word that must be one of `words`. */
export function wrongWord(words: readonly string[], input: unknown): string {
  if (typeof input !== "string") return expected(listed(words), input);
  return `expected ${listed(words)}, got ${quote(input)}${suggestion(input, words)}`;
}

/** Sections that dbsave will have; naming one is no slip of the pen. */
const laterSections: ReadonlySet<string> = new Set(["notify"]);

function unknownKey(key: string, known: readonly string[]): string {
  if (laterSections.has(key) && known.includes("targets")) return `this version of dbsave has no ${key} yet`;
  return `unknown key ${quote(key)}${suggestion(key, known) || `: the keys here are ${known.join(", ")}`}`;
}

export function suggestion(word: string, candidates: Iterable<string>): string {
  const meant = didYouMean(word, candidates);
  return meant === undefined ? "" : `: did you mean ${quote(meant)}?`;
}

function knownKeys(schema: unknown): readonly string[] {
  return Object.keys((schema as { readonly shape?: object }).shape ?? {});
}
