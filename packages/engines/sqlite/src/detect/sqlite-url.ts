/**
 * The paths that a path or URL can mean. Some libraries read `sqlite:///app.db` as relative and others as absolute, and
 * Prisma reads `file:dev.db` below its own directory: where readings differ all are given, and only files decide.
 */
export function placesOf(source: string): readonly string[] {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(source) ?? [];
  if (scheme === undefined) return [source];
  if (!/^(sqlite3?|file)$/i.test(scheme)) return [];
  const path = decode(rest.replace(/[?#].*$/s, ""));
  if (path === "" || path.includes(":memory:")) return [];
  if (path.startsWith("////")) return [path.slice(3)];
  if (path.startsWith("///")) return scheme.toLowerCase() === "file" ? [path.slice(2)] : [path.slice(2), path.slice(3)];
  if (path.startsWith("/") && !path.startsWith("//")) return [path];
  const relative = path.replace(/^\/\//, "");
  return scheme.toLowerCase() === "file" ? [relative, `prisma/${relative}`] : [relative];
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a plain per cent sign
  }
}
