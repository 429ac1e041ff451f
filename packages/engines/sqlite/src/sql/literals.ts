import { isUtf8 } from "node:buffer";
import { type Column, quoteName } from "../rows/tables.ts";

const mostArguments = 500;
const quote = 0x27;

/** SQL for the row's values as one parenthesised list of literals that give exactly these values back. */
export function literalsExpression(names: readonly string[]): string {
  const parts = names.flatMap((name, index) => [index === 0 ? "'('" : "','", literal(name)]);
  return `concat(${joined([...parts, "')'"])})`;
}

/**
 * `quote()` ends a text at its first NUL, and the stock `sqlite3` drops a carriage return at the end of a line it reads, so
 * such a text is written as the cast of its bytes.
 */
function literal(name: string): string {
  return `CASE WHEN typeof(${name}) = 'text' AND instr(${name}, char(0)) + instr(${name}, char(13)) > 0
    THEN 'CAST(X''' || hex(${name}) || ''' AS TEXT)' ELSE quote(${name}) END`;
}

/** A function takes at most 1000 arguments. */
function joined(parts: readonly string[]): string {
  if (parts.length <= mostArguments) return parts.join();
  return `concat(${parts.slice(0, mostArguments).join()}),${joined(parts.slice(mostArguments))}`;
}

export function storedColumns(columns: readonly Column[]): readonly string[] {
  return columns.filter(({ generated }) => generated === null).map(({ name }) => quoteName(name));
}

/** SQL text must be valid UTF-8; a database may hold text that is not. Such literals become casts of their bytes. */
export function validText(row: Buffer): Buffer {
  if (isUtf8(row)) return row;
  const pieces: Buffer[] = [];
  for (let at = 0; at < row.length; ) {
    const end = row[at] === quote ? literalEnd(row, at) : nextQuote(row, at);
    const piece = row.subarray(at, end);
    pieces.push(isUtf8(piece) ? piece : castOf(piece));
    at = end;
  }
  return Buffer.concat(pieces);
}

function castOf(text: Buffer): Buffer {
  const inner = text.subarray(1, -1).toString("latin1").replaceAll("''", "'");
  return Buffer.from(`CAST(X'${Buffer.from(inner, "latin1").toString("hex")}' AS TEXT)`);
}

function nextQuote(row: Buffer, from: number): number {
  const found = row.indexOf(quote, from);
  return found === -1 ? row.length : found;
}

/** Behind the quote that closes the literal opened at `start`; a doubled one is part of it. */
function literalEnd(row: Buffer, start: number): number {
  for (let at = nextQuote(row, start + 1); ; at = nextQuote(row, at + 2)) if (row[at + 1] !== quote) return at + 1;
}
