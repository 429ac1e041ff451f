/**
 * The statements of what pg_dumpall writes, without comments and psql's own commands. It never escapes a quote by a
 * backslash, so doubled quotes are all there is to know.
 */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = [];
  const token = /--[^\n]*|^\\[^\n]*$|'(?:[^']|'')*'|"(?:[^"]|"")*"|;|[^-'";\\]+|[-\\]/gmy;
  let current = "";
  for (const [piece] of text.matchAll(new RegExp(token.source, "gm"))) {
    const isMeta = piece.startsWith("\\") && piece.length > 1 && current.trim() === "";
    if (piece.startsWith("--") || isMeta) continue;
    if (piece !== ";") {
      current += piece;
      continue;
    }
    statements.push(current.trim());
    current = "";
  }
  if (current.trim() !== "") statements.push(current.trim());
  return statements.filter((statement) => statement !== "");
}
