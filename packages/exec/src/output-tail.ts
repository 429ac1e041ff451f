const keptBytes = 8 * 1024;
const shownLines = 10;
const shownCharacters = 2000;

/** Remembers the end of what a tool printed, in bounded memory, and quotes it without secrets and control characters. */
export interface OutputTail {
  add(chunk: Buffer): void;
  /** The last lines joined by ` | `, `***` for each secret; empty when nothing was printed. */
  text(): string;
}

export function outputTail(secrets: readonly string[]): OutputTail {
  const forms = secrets.flatMap(printedForms).toSorted((a, b) => b.length - a.length);
  const longest = Math.max(0, ...forms.map((form) => Buffer.byteLength(form)));
  const limit = keptBytes + longest;
  let bytes = Buffer.alloc(0);
  let isCut = false;

  return {
    add(chunk) {
      isCut ||= bytes.length + chunk.length > limit;
      bytes = Buffer.concat([bytes.subarray(-limit), chunk.subarray(-limit)]).subarray(-limit);
    },
    text() {
      const redacted = forms.reduce((text, form) => text.replaceAll(form, "***"), bytes.toString("utf8"));
      // The cut may have left the end of a secret at the start, where it no longer equals any form.
      return lastLines(isCut ? redacted.slice(longest) : redacted);
    },
  };
}

/** A tool may print a secret whole, line by line, or percent-encoded inside a URL. */
function printedForms(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  return [...new Set([secret, ...lines, ...lines.map((line) => encodeURIComponent(line))])].filter(
    (form) => form !== "",
  );
}

function lastLines(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => escapeControl(line).trim());
  const shown = lines
    .filter((line) => line !== "")
    .slice(-shownLines)
    .join(" | ");
  return shown.length > shownCharacters ? `…${shown.slice(-shownCharacters)}` : shown;
}

/** A tool's output must not be able to move the cursor, forge lines or reorder text on the reader's terminal. */
function escapeControl(line: string): string {
  return line.replaceAll("\t", " ").replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
