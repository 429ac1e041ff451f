import { type Database, pragmaText } from "../connect.ts";
import { quoteName, type Table } from "./tables.ts";

/** Some rows as bytes, separated by line feeds. */
export interface RowBatch {
  readonly rows: number;
  readonly bytes: Buffer;
}

/** No batch holds more rows, nor more values: large ones are 8 KiB of text each, so 32 MiB at worst. */
const mostRows = 500;
const mostValues = 4096;

/** What a batch should hold. How many rows that is, the batch before tells. */
const batchBytes = 1024 * 1024;
const firstRows = 16;

const firstRowid = -(2n ** 63n);
const lastRowid = 2n ** 63n - 1n;

/** Every row of `table` once, as the text of `expression`, which holds no line feed. Keyed tables come in key order. */
export function rowBatches(db: Database, table: Table, expression: string): Generator<RowBatch, void> {
  return table.rowid === null || table.virtual
    ? singleRows(db, table, expression)
    : joinedRows(db, table, table.rowid, expression);
}

/**
 * SQLite joins the rows of a batch, and steers by the key: fetching 500 small rows costs little more than fetching one. The limit
 * is a sum because SQLite plans for the value of a bare parameter, and would compile the statement anew for every batch.
 */
function* joinedRows(db: Database, table: Table, rowid: string, expression: string): Generator<RowBatch, void> {
  const some = `SELECT ${rowid} AS place, ${expression} AS line FROM ${quoteName(table.name)}
    NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT ? + 0`;
  const batch = `SELECT max(place), count(*), ${asBytes(db, "group_concat(line, char(10))")} FROM (${some})`;
  const statement = db.prepare<[bigint, number], [bigint | null, bigint, Buffer | string]>(batch).raw().safeIntegers();
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostValues / table.columns.length)));
  let limit = Math.min(firstRows, most);
  for (let from = firstRowid; ; ) {
    const [last, count, joined] = statement.get(from, limit) ?? [null, 0n, ""];
    if (last === null) return;
    const rows = Number(count);
    const bytes = toBuffer(joined);
    limit = Math.max(1, Math.min(most, Math.floor((batchBytes * rows) / bytes.length)));
    yield { rows, bytes };
    if (last === lastRowid) return;
    from = last + 1n;
  }
}

function* singleRows(db: Database, table: Table, expression: string): Generator<RowBatch, void> {
  const rows = `SELECT ${asBytes(db, expression)} FROM ${quoteName(table.name)} NOT INDEXED`;
  for (const bytes of db.prepare<[], Buffer | string>(rows).pluck().iterate())
    yield { rows: 1, bytes: toBuffer(bytes) };
}

/** SQLite hands over UTF-8 text faster, and undamaged where it is invalid, as a blob; UTF-16 it must convert first. */
export function asBytes(db: Database, expression: string): string {
  return pragmaText(db, "encoding") === "UTF-8" ? `CAST(${expression} AS BLOB)` : expression;
}

export function toBuffer(value: Buffer | string): Buffer {
  return typeof value === "string" ? Buffer.from(value) : value;
}

/** Frees the memory of a buffer that SQLite filled, at once: left to the collector, such buffers pile up to 64 MB. */
export function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
