import type { Finding, Fingerprint } from "@dbsave/core";
import { parseDisplayName } from "./sql/quote.ts";

/** Tables of the fingerprint with rows that the output of `pg_restore --list` does not have: a dump that skipped one is no backup. */
export function missingTables(toc: string, fingerprint: Fingerprint | null, prefix: string): readonly Finding[] {
  const entries = toc
    .split("\n")
    .map((line) => /^\d+; \d+ \d+ (TABLE DATA .*)/.exec(line)?.[1])
    .filter((entry) => entry !== undefined)
    .toSorted();
  const tables = (fingerprint?.items ?? []).filter(
    ({ kind, name, count }) => kind === "table" && name.startsWith(prefix) && count !== 0,
  );
  return tables
    .map(({ name }) => name.slice(prefix.length))
    .filter((name) => !hasPrefix(entries, `TABLE DATA ${parseDisplayName(name).map(asListed).join(" ")} `))
    .map((object) => ({
      severity: "error",
      code: "SOURCE_INVALID",
      object,
      message: `the dump does not hold ${object}`,
    }));
}

/** pg_restore shows line breaks as spaces. */
function asListed(name: string): string {
  return name.replaceAll(/[\r\n]/g, " ");
}

/** By bisection: the list of a large database is long. */
function hasPrefix(sorted: readonly string[], prefix: string): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") < prefix) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.startsWith(prefix) ?? false;
}
