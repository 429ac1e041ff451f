import { constants } from "node:buffer";
import type { Database } from "../connect.ts";
import { asBytes, release, toBuffer } from "../rows/row-batches.ts";
import { quoteName } from "../rows/tables.ts";
import { JobError } from "../worker/job-error.ts";
import { literalsExpression, validText } from "./literals.ts";

/** A statement's bytes in pieces, good until the next statement is asked for. */
export type Pieces = readonly Buffer[];

const insertBytes = 64 * 1024;
const comma = Buffer.from(",\n");
const semicolon = Buffer.from(";");

/** INSERTs of the rows of `table`, some rows each. UNSUPPORTED for a row whose text is longer than a restore could read. */
export function* inserts(db: Database, table: string, columns: readonly string[], where = ""): Generator<Pieces, void> {
  const head = Buffer.from(`INSERT INTO ${quoteName(table)}(${columns.join()}) VALUES\n`);
  const select = `SELECT ${asBytes(db, literalsExpression(columns))} FROM ${quoteName(table)} ${where}`;
  let rows: Buffer[] = [];
  let bytes = 0;
  for (const value of db.prepare<[], Buffer | string>(select).pluck().iterate()) {
    const row = validText(toBuffer(value));
    if (row.length > constants.MAX_STRING_LENGTH - insertBytes - head.length) throw tooLong(table);
    rows.push(row);
    bytes += row.length;
    if (bytes < insertBytes) continue;
    yield statement(head, rows);
    for (const done of rows) release(done);
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield statement(head, rows);
}

function statement(head: Buffer, rows: readonly Buffer[]): Pieces {
  return [head, ...rows.flatMap((row, index) => (index === 0 ? [row] : [comma, row])), semicolon];
}

function tooLong(table: string): JobError {
  const hint = "A value is too big for SQL text; use method online.";
  return new JobError("UNSUPPORTED", `sqlite: a row is too long to be restored from SQL text: ${table}`, hint);
}
