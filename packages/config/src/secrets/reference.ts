import { DbsaveError } from "@dbsave/core";

/** Where a value is kept: it never stands in the configuration itself. */
export type Reference =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "cmd"; readonly program: string; readonly args: readonly string[] };

/**
 * What `parseReference` understands, as a pattern for editors and the schema. A command has no shell behind it, so what
 * only a shell would understand is refused instead of being passed on as text.
 */
export const referencePattern: RegExp =
  /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^~\0][^\0]*|cmd:[^\s"'`$\\|&;<>()~\0][^"'`$\\|&;<>()\0\r\n]*)$/;

export const referenceForms = "env:NAME, file:/path or cmd:program with arguments, without quotes and shell signs";

/** Undefined when `text` is no reference. */
export function parseReference(text: string): Reference | undefined {
  if (!referencePattern.test(text)) return undefined;
  const kind = text.slice(0, text.indexOf(":"));
  const rest = text.slice(kind.length + 1);
  if (kind === "env") return { kind, name: rest };
  if (kind === "file") return { kind, path: rest };
  const [program = "", ...args] = rest.trim().split(/\s+/);
  return { kind: "cmd", program, args };
}

/** For messages: names the place, but no argument of a command. */
export function describeReference(reference: Reference): string {
  if (reference.kind === "env") return `env:${reference.name}`;
  return reference.kind === "file" ? `file:${reference.path}` : `cmd:${reference.program}`;
}

/** On a command line a plain path is meant as a file. A key itself would stay in the history of the shell. */
export function referenceOrFile(text: string): string {
  if (/^AGE-/i.test(text)) {
    throw new DbsaveError("USAGE", "an identity was given instead of the file that holds it", {
      hint: "Put it into a file that only you can read, and give the path. Other users may have seen this one.",
    });
  }
  return parseReference(text) === undefined ? `file:${text}` : text;
}
