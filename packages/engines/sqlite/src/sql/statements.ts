import { type Database, pragmaText } from "../connect.ts";
import { asBytes, release, toBuffer } from "../rows/row-batches.ts";
import { describeTable, quoteName, type Table } from "../rows/tables.ts";
import { literalsExpression, storedColumns, validText } from "./literals.ts";

interface SchemaObject {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly sql: string;
  readonly virtual: number;
  readonly withoutRowid: number;
}

const insertBytes = 64 * 1024;

/**
 * The statements that make this database again in an empty file, with the stock `sqlite3` as well: settings first, then
 * tables with their rows, then what depends on them, in one transaction. Virtual tables are entered into the schema as
 * they are, and their shadow tables filled like any table, so their index is the same and no module has to rebuild it.
 */
export function* statements(db: Database): Generator<string | Buffer, void> {
  const objects = schemaObjects(db);
  const virtual = objects.filter((object) => object.virtual === 1);
  yield "PRAGMA foreign_keys = OFF;";
  yield "PRAGMA ignore_check_constraints = ON;";
  yield `PRAGMA page_size = ${pragmaText(db, "page_size")};`;
  yield `PRAGMA auto_vacuum = ${pragmaText(db, "auto_vacuum")};`;
  yield `PRAGMA encoding = '${pragmaText(db, "encoding")}';`;
  yield "BEGIN;";
  for (const object of objects) {
    if (object.type !== "table" || object.virtual === 1) continue;
    yield ended(object.sql);
    yield* inserts(db, tableOf(db, object));
  }
  yield* internalTables(db);
  if (virtual.length > 0) {
    yield "PRAGMA writable_schema = ON;";
    for (const { name, sql } of virtual) yield schemaEntry(name, sql);
    yield "PRAGMA writable_schema = OFF;";
  }
  for (const type of ["index", "view", "trigger"])
    for (const object of objects) if (object.type === type) yield ended(object.sql);
  yield `PRAGMA user_version = ${pragmaText(db, "user_version")};`;
  yield `PRAGMA application_id = ${pragmaText(db, "application_id")};`;
  yield "COMMIT;";
}

function schemaObjects(db: Database): readonly SchemaObject[] {
  const objects = `SELECT s.type, s.name, s.sql, coalesce(s.rootpage, 0) = 0 AND s.type = 'table' AS virtual,
      coalesce(l.wr, 0) AS withoutRowid
    FROM sqlite_schema AS s LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name
    WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid`;
  return db.prepare<[], SchemaObject>(objects).all();
}

function tableOf(db: Database, { name, withoutRowid }: SchemaObject): Table {
  return describeTable(db, name, false, withoutRowid === 1);
}

/** Counters of AUTOINCREMENT, and what ANALYZE found; SQLite makes these tables itself, then they are filled. */
function* internalTables(db: Database): Generator<string | Buffer, void> {
  const present = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  for (const [name, first] of [
    ["sqlite_sequence", "DELETE FROM sqlite_sequence;"],
    ["sqlite_stat1", "ANALYZE sqlite_schema;"],
  ] as const) {
    if (!present.includes(name)) continue;
    const rows = [...inserts(db, describeTable(db, name, false, true))];
    if (rows.length > 0) yield* [first, ...rows];
  }
}

/** Rows keep their rowid even where it is not part of the contents, as other programs may have noted it down. */
function* inserts(db: Database, table: Table): Generator<Buffer, void> {
  const columns = [...(table.rowid === null || table.keyed ? [] : [table.rowid]), ...storedColumns(table.columns)];
  const head = Buffer.from(`INSERT INTO ${quoteName(table.name)}(${columns.join()}) VALUES\n`);
  const rows = `SELECT ${asBytes(db, literalsExpression(columns))} FROM ${quoteName(table.name)}`;
  let pieces: Buffer[] = [];
  let bytes = 0;
  const statement = (): Buffer => {
    const whole = Buffer.concat([
      head,
      ...pieces.flatMap((row, index) => (index === 0 ? [row] : [comma, row])),
      semicolon,
    ]);
    for (const piece of pieces) release(piece);
    pieces = [];
    bytes = 0;
    return whole;
  };
  for (const value of db.prepare<[], Buffer | string>(rows).pluck().iterate()) {
    const row = validText(toBuffer(value));
    pieces.push(row);
    bytes += row.length;
    if (bytes >= insertBytes) yield statement();
  }
  if (pieces.length > 0) yield statement();
}

const comma = Buffer.from(",\n");
const semicolon = Buffer.from(";");

/** The text that SQLite keeps may end in a comment, which must not swallow the semicolon. */
function ended(sql: string): string {
  return sql.slice(sql.lastIndexOf("\n") + 1).includes("--") ? `${sql}\n;` : `${sql};`;
}

function schemaEntry(name: string, sql: string): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  return `INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES('table', ${text(name)}, ${text(name)}, 0, ${text(sql)});`;
}
