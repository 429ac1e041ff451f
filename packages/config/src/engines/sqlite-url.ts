import { fileURLToPath } from "node:url";

/**
 * The file that `source` means: a path as it is, `sqlite:app.db`, `sqlite:/data/app.db`, `sqlite:///data/app.db`, the same
 * with `file:`. A query (`?mode=ro`) is dropped. Undefined for any other URL.
 */
export function sqliteFile(source: string): string | undefined {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(source) ?? [];
  if (scheme === undefined) return source;
  if (!/^(sqlite3?|file)$/i.test(scheme)) return undefined;
  const place = rest.replace(/\?.*$/s, "");
  return place.startsWith("///") ? fileURLToPath(`file:${place}`) : place.replace(/^\/\//, "");
}
