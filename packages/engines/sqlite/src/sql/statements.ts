import { type Database, pragmaText } from "../connect.ts";
import { asBytes, release, toBuffer } from "../rows/row-batches.ts";
import { describeTable, quoteName, type Table } from "../rows/tables.ts";
import { literalsExpression, storedColumns, validText } from "./literals.ts";
import { rehearse } from "./rehearsal.ts";

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
 * UNSUPPORTED, before anything else, when the schema's own statements do not make it again.
 */
export function* statements(db: Database): Generator<string | Buffer, void> {
  const objects = schemaObjects(db);
  const tables = objects.filter(isTable);
  const rest = [...virtualEntries(objects), ...dependents(objects)];
  rehearse([...tables.map(({ sql }) => ended(sql)), ...rest]);
  yield "PRAGMA foreign_keys = OFF;";
  yield "PRAGMA ignore_check_constraints = ON;";
  yield `PRAGMA page_size = ${pragmaText(db, "page_size")};`;
  yield `PRAGMA auto_vacuum = ${pragmaText(db, "auto_vacuum")};`;
  yield `PRAGMA encoding = '${pragmaText(db, "encoding")}';`;
  yield "BEGIN;";
  for (const table of tables) {
    yield ended(table.sql);
    yield* inserts(db, tableOf(db, table));
  }
  yield* internalTables(db);
  yield* rest;
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

function isTable({ type, virtual }: SchemaObject): boolean {
  return type === "table" && virtual === 0;
}

function virtualEntries(objects: readonly SchemaObject[]): readonly string[] {
  const entries = objects.filter(({ virtual }) => virtual === 1).map(({ name, sql }) => schemaEntry(name, sql));
  return entries.length === 0 ? [] : ["PRAGMA writable_schema = ON;", ...entries, "PRAGMA writable_schema = OFF;"];
}

function dependents(objects: readonly SchemaObject[]): readonly string[] {
  return ["index", "view", "trigger"].flatMap((kind) =>
    objects.filter(({ type }) => type === kind).map(({ sql }) => ended(sql)),
  );
}

/** Counters of AUTOINCREMENT, which the inserts have moved, and what ANALYZE found. SQLite alone can make these tables. */
function* internalTables(db: Database): Generator<string | Buffer, void> {
  const present = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (present.includes("sqlite_sequence")) {
    yield "CREATE TABLE dbsave_sequence(id INTEGER PRIMARY KEY AUTOINCREMENT);";
    yield "DROP TABLE dbsave_sequence;";
    yield "DELETE FROM sqlite_sequence;";
    yield* inserts(db, describeTable(db, "sqlite_sequence", false, true));
  }
  if (present.includes("sqlite_stat1")) {
    yield "ANALYZE sqlite_schema;";
    yield* inserts(db, describeTable(db, "sqlite_stat1", false, true));
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
