/** What a statement of pg_dumpall is about. */
export type GlobalStatement =
  | { readonly kind: "create-role" | "change-role" | "create-tablespace" | "change-tablespace"; readonly name: string }
  | { readonly kind: "grant"; readonly name: string }
  | { readonly kind: "session" | "other"; readonly name: "" };

const name = String.raw`("(?:[^"]|"")*"|[^\s;"]+)`;

const forms: readonly (readonly [RegExp, Exclude<GlobalStatement["kind"], "session" | "other">])[] = [
  [new RegExp(`^CREATE ROLE ${name}`), "create-role"],
  [new RegExp(`^(?:ALTER|COMMENT ON) ROLE ${name}`), "change-role"],
  [new RegExp(`^SECURITY LABEL .* ON ROLE ${name}`), "change-role"],
  [new RegExp(`^CREATE TABLESPACE ${name}`), "create-tablespace"],
  [new RegExp(`^(?:ALTER|COMMENT ON) TABLESPACE ${name}`), "change-tablespace"],
  [new RegExp(`^(?:GRANT|REVOKE) .* ON TABLESPACE ${name}`), "change-tablespace"],
  [new RegExp(`^GRANT [^;]*? TO ${name}`), "grant"],
];

/** `grant`: named by who receives it. */
export function statementKind(sql: string): GlobalStatement {
  if (/^(?:SET|SELECT pg_catalog\.set_config)\b/.test(sql)) return { kind: "session", name: "" };
  for (const [form, kind] of forms) {
    const found = form.exec(sql)?.[1];
    if (found !== undefined)
      return { kind, name: found.startsWith('"') ? found.slice(1, -1).replaceAll('""', '"') : found };
  }
  return { kind: "other", name: "" };
}
