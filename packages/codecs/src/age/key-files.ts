import { DbsaveError, Secret } from "@dbsave/core";
import { readIdentity, readRecipient } from "./x25519-keys.ts";

/**
 * The identities in a file as `age-keygen` writes it: one `AGE-SECRET-KEY-1...` per line, `#` begins a comment line.
 * OPTIONS_INVALID, naming the line and never its text, when a line is something else or there is no identity.
 */
export function parseIdentities(text: string): Secret[] {
  const identities = keyLines(text).map(({ line, number }) => {
    const identity = new Secret(line);
    try {
      readIdentity(identity);
    } catch {
      throw new DbsaveError("OPTIONS_INVALID", `age: line ${number} of the identities is not an AGE-SECRET-KEY-1...`);
    }
    return identity;
  });
  if (identities.length > 0) return identities;
  throw new DbsaveError("OPTIONS_INVALID", "age: there is no identity in the text", {
    hint: "Create one with `age-keygen`.",
  });
}

/**
 * The recipients in a file: one `age1...` per line, `#` begins a comment line. ENCRYPTION_IMPOSSIBLE, naming the line
 * and never its text, when a line is something else or there is no recipient.
 */
export function parseRecipients(text: string): string[] {
  const recipients = keyLines(text).map(({ line, number }) => {
    if (readRecipient(line) !== undefined) return line;
    throw new DbsaveError("ENCRYPTION_IMPOSSIBLE", `age: line ${number} of the recipients is not an age1...`);
  });
  if (recipients.length > 0) return recipients;
  throw new DbsaveError("ENCRYPTION_IMPOSSIBLE", "age: there is no recipient in the text");
}

function keyLines(text: string): { readonly line: string; readonly number: number }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
}
