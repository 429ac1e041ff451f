import { DbsaveError, type ErrorCode } from "@dbsave/core";

/** Keys and list positions from the top of the configuration down. */
export type ConfigPath = readonly PropertyKey[];

/** One mistake. `message` never holds a value that may be a secret. */
export interface Issue {
  readonly path: ConfigPath;
  readonly message: string;
}

/** Where a mistake stands: `dbsave.yaml:12`. */
export type Place = string;

export interface PlacedIssue extends Issue {
  readonly place: Place;
}

const shownIssues = 50;

/** One error for all mistakes, each on its own line with its place and path. */
export function issuesError(code: ErrorCode, issues: readonly PlacedIssue[]): DbsaveError {
  const lines = [...new Set(issues.map(describeIssue))];
  if (lines.length === 1) return new DbsaveError(code, lines.join(""));
  const more = lines.length > shownIssues ? [`and ${lines.length - shownIssues} more`] : [];
  const shown = [`config: ${lines.length} mistakes:`, ...lines.slice(0, shownIssues), ...more];
  return new DbsaveError(code, shown.join("\n  "));
}

function describeIssue({ place, path, message }: PlacedIssue): string {
  return [place, formatPath(path), message].filter((part) => part !== "").join(": ");
}

/** `targets.orders.encrypt.age[0]`; keys that could be mistaken for syntax are quoted. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      return (index === 0 ? "" : ".") + quoteUnlessPlain(String(part));
    })
    .join("");
}

/** `word` itself, or in quotes with control characters escaped, and cut when it is long. */
export function quoteUnlessPlain(word: string): string {
  return /^[\p{L}\p{N}_-]{1,60}$/u.test(word) ? word : quote(word);
}

export function quote(word: string): string {
  return JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
