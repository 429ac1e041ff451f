/** An identifier as SQL text. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as SQL text, whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? ` E${quoted}` : quoted;
}

/**
 * A database's name for the command line of a tool. The tools take `a=b` and `postgres://x` for connection strings, so every
 * name is given as one.
 */
export function databaseArgument(name: string): string {
  return `dbname='${name.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** A qualified name as people and fingerprints read it: quoted only where it must be. */
export function displayName(schema: string, name: string): string {
  return `${shown(schema)}.${shown(name)}`;
}

/** The inverse of `displayName`. */
export function parseDisplayName(text: string): readonly [schema: string, name: string] {
  const part = /("(?:[^"]|"")*"|[^".]*)\.("(?:[^"]|"")*"|[^".]*)$/s.exec(text);
  return [unquoted(part?.[1] ?? ""), unquoted(part?.[2] ?? text)];
}

function shown(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : identifier(name);
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
