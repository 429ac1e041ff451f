import type { Database } from "../connect.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Of a generated column, whose value can only be read: where it is. Null for all others. */
  readonly generated: "virtual" | "stored" | null;
}

/** A table with contents of its own: shadow tables are read through their virtual table, statistics are no contents. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The name under which each row's integer key is read; null without one, as in WITHOUT ROWID tables. */
  readonly rowid: string | null;
  /** Whether that key is part of the contents (INTEGER PRIMARY KEY) and not just the place of a row. */
  readonly keyed: boolean;
  readonly virtual: boolean;
}

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
}

const hiddenColumn = 1;
const virtualColumn = 2;
const rowidNames = ["rowid", "_rowid_", "oid"];

/** All tables whose rows are contents, by name. A virtual table whose module is missing has no columns and is left out. */
export function contentTables(db: Database): readonly Table[] {
  const kinds = `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
    AND ncol > 0 AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND name <> 'sqlite_schema' ORDER BY name COLLATE BINARY`;
  return db
    .prepare<[], { name: string; type: string; wr: number }>(kinds)
    .all()
    .map(({ name, type, wr }) => describeTable(db, name, type === "virtual", wr === 1));
}

export function describeTable(db: Database, name: string, virtual: boolean, withoutRowid: boolean): Table {
  const infos = db
    .prepare<[string], ColumnInfo>('SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)')
    .all(name);
  const columns = infos
    .filter(({ hidden }) => hidden !== hiddenColumn)
    .map((info) => ({
      name: info.name,
      type: info.type,
      notNull: info.notnull === 1,
      generated: generatedAs(info.hidden),
    }));
  const taken = new Set(infos.map((info) => info.name.toLowerCase()));
  const rowid = withoutRowid ? null : (rowidNames.find((alias) => !taken.has(alias)) ?? null);
  const key = infos.filter(({ pk }) => pk > 0);
  const keyed = rowid !== null && !virtual && key.length === 1 && isRowidAlias(db, name, rowid, key[0]?.name ?? "");
  return { name, columns, rowid, keyed, virtual };
}

function generatedAs(hidden: number): Column["generated"] {
  if (hidden === 0) return null;
  return hidden === virtualColumn ? "virtual" : "stored";
}

/** SQLite alone knows: a column is the rowid itself when it is declared exactly INTEGER PRIMARY KEY, and not DESC. */
function isRowidAlias(db: Database, table: string, rowid: string, column: string): boolean {
  const [origin] = db.prepare(`SELECT ${rowid} FROM ${quoteName(table)} NOT INDEXED`).columns();
  return origin?.column === column;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
