import type { ExploredItem } from "@dbsave/core";
import { type Database, openReadOnly, pin } from "../connect.ts";
import { contentTables, quoteName, type Table } from "../rows/tables.ts";
import type { Jobs } from "../worker/protocol.ts";

/** Tables with their rows: counted, or estimated without reading any. Only `count` tells sizes, which stand on every page. */
export function explore({ count, ...place }: Jobs["explore"]["input"]): readonly ExploredItem[] {
  const db = openReadOnly(place);
  try {
    pin(db);
    const tables = contentTables(db);
    if (!count) return tables.map((table) => item(table, estimate(db, table)));
    const sizes = sizesOf(db);
    return tables.map((table) => ({ ...item(table, counted(db, table)), ...sizes.get(table.name) }));
  } finally {
    db.close();
  }
}

function item({ name, virtual }: Table, rows: ExploredItem["rows"]): ExploredItem {
  return { kind: virtual ? "virtual table" : "table", path: [name], ...(rows && { rows }), details: {} };
}

/** What ANALYZE counted, else the greatest row number: right for as long as nothing was deleted. */
function estimate(db: Database, { name, rowid, virtual }: Table): ExploredItem["rows"] {
  const analysed = hasStatistics(db) ? analysedRows(db, name) : undefined;
  if (analysed !== undefined) return { count: analysed, isExact: false };
  if (virtual || rowid === null) return undefined;
  const greatest = db
    .prepare<[], number | null>(`SELECT max(${rowid}) FROM ${quoteName(name)}`)
    .pluck()
    .get();
  return { count: Math.max(0, greatest ?? 0), isExact: greatest === null };
}

function counted(db: Database, { name }: Table): ExploredItem["rows"] {
  const count =
    db
      .prepare<[], number>(`SELECT count(*) FROM ${quoteName(name)}`)
      .pluck()
      .get() ?? 0;
  return { count, isExact: true };
}

function hasStatistics(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() !== undefined;
}

function analysedRows(db: Database, name: string): number | undefined {
  const stat = db.prepare<[string], string>("SELECT stat FROM sqlite_stat1 WHERE tbl = ? LIMIT 1").pluck().get(name);
  const rows = Number.parseInt(stat ?? "", 10);
  return Number.isNaN(rows) ? undefined : rows;
}

/** Of each table with its indexes. */
function sizesOf(db: Database): ReadonlyMap<string, Pick<ExploredItem, "sizeBytes">> {
  const sizes = `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
    WHERE d.aggregate = TRUE GROUP BY s.tbl_name`;
  const rows = db.prepare<[], { name: string; bytes: number }>(sizes).all();
  return new Map(rows.map(({ name, bytes }) => [name, { sizeBytes: bytes }]));
}
