/** One entry of a dump's table of contents. */
export interface TocEntry {
  readonly id: number;
  /** `TABLE`, `FK CONSTRAINT`; empty for one that no rule here is about. */
  readonly kind: string;
  /** Schema, name and owner as pg_restore lists them: with spaces between, and line breaks as spaces. */
  readonly label: string;
  /** Entries that must be restored before. */
  readonly needs: readonly number[];
}

/** The longest first: `TABLE DATA` before `TABLE`. */
const kinds = [
  "CHECK CONSTRAINT",
  "COMMENT",
  "CONSTRAINT",
  "ACL",
  "DEFAULT ACL",
  "DEFAULT",
  "DOMAIN",
  "FK CONSTRAINT",
  "FOREIGN TABLE",
  "INDEX ATTACH",
  "INDEX",
  "MATERIALIZED VIEW DATA",
  "MATERIALIZED VIEW",
  "POLICY",
  "ROW SECURITY",
  "RULE",
  "SECURITY LABEL",
  "SEQUENCE OWNED BY",
  "SEQUENCE SET",
  "SEQUENCE",
  "STATISTICS DATA",
  "STATISTICS",
  "TABLE ATTACH",
  "TABLE DATA",
  "TABLE",
  "TRIGGER",
  "VIEW",
].toSorted((a, b) => b.length - a.length);

/** What `pg_restore --list --verbose` prints. */
export function parseToc(text: string): readonly TocEntry[] {
  const entries: TocEntry[] = [];
  for (const line of text.split("\n")) {
    const needs = /^;\tdepends on:(.*)$/.exec(line)?.[1];
    const last = entries.at(-1);
    if (needs !== undefined && last !== undefined) entries[entries.length - 1] = { ...last, needs: numbers(needs) };
    const [, id, rest] = /^(\d+); \d+ \d+ (.*)$/.exec(line) ?? [];
    if (id === undefined || rest === undefined) continue;
    const kind = kinds.find((known) => rest.startsWith(`${known} `)) ?? "";
    entries.push({ id: Number(id), kind, label: kind === "" ? rest : rest.slice(kind.length + 1), needs: [] });
  }
  return entries;
}

/** The numbers of what `pg_restore --list` prints. */
export function listedIds(text: string): readonly number[] {
  return text
    .split("\n")
    .flatMap((line) => /^(\d+); /.exec(line)?.[1] ?? [])
    .map(Number);
}

function numbers(text: string): readonly number[] {
  return text.trim().split(" ").map(Number);
}
