import { type Database, pragmaText } from "../connect.ts";
import { describeTable, type Table } from "../rows/tables.ts";
import { inserts, type Pieces } from "./inserts.ts";
import { storedColumns } from "./literals.ts";
import { rehearse } from "./rehearsal.ts";
import { columnsOnDisk, lenientSchema, unrulyRows } from "./unruly-rows.ts";

interface SchemaObject {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly sql: string;
  readonly virtual: number;
  readonly withoutRowid: number;
}

/**
 * The statements that make this database again in an empty file, with the stock `sqlite3` as well: settings first, then
 * tables with their rows, then what depends on them, in one transaction. Virtual tables are entered into the schema as
 * they are, and their shadow tables filled like any table, so their index is the same and no module has to rebuild it.
 * UNSUPPORTED, before anything else, when the schema's own statements do not make it again.
 */
export function* statements(db: Database): Generator<string | Pieces, void> {
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
    yield* rowsOf(db, table);
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
function* internalTables(db: Database): Generator<string | Pieces, void> {
  const present = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (present.includes("sqlite_sequence")) {
    yield "CREATE TABLE dbsave_sequence(id INTEGER PRIMARY KEY AUTOINCREMENT);";
    yield "DROP TABLE dbsave_sequence;";
    yield "DELETE FROM sqlite_sequence;";
    yield* inserts(db, "sqlite_sequence", ["name", "seq"]);
  }
  if (present.includes("sqlite_stat1")) {
    yield "ANALYZE sqlite_schema;";
    yield* inserts(db, "sqlite_stat1", ["tbl", "idx", "stat"]);
  }
}

/**
 * Rows that break their own schema come last, under a lenient one that takes its place meanwhile: like this they load with
 * `sqlite3`, too, which cannot load what its own `.dump` makes of them.
 */
function* rowsOf(db: Database, { name, sql, withoutRowid }: SchemaObject): Generator<string | Pieces, void> {
  const table = describeTable(db, name, false, withoutRowid === 1);
  const unruly = unrulyRows(db, table);
  yield* inserts(
    db,
    name,
    [...place(table), ...storedColumns(table.columns)],
    unruly === null ? "" : `WHERE NOT ${unruly}`,
  );
  if (unruly === null) return;
  yield* schemaChange(name, lenientSchema(db, table, withoutRowid === 1));
  yield* inserts(db, name, [...place(table), ...columnsOnDisk(table.columns)], `WHERE ${unruly}`);
  yield* schemaChange(name, sql);
}

/** Rows keep their rowid even where it is not part of the contents, as other programs may have noted it down. */
function place({ rowid, keyed }: Table): readonly string[] {
  return rowid === null || keyed ? [] : [rowid];
}

function schemaChange(table: string, sql: string): readonly string[] {
  return [
    "PRAGMA writable_schema = ON;",
    `UPDATE sqlite_schema SET sql = ${text(sql)} WHERE type = 'table' AND name = ${text(table)};`,
    "PRAGMA writable_schema = RESET;",
  ];
}

/** The text that SQLite keeps may end in a comment, which must not swallow the semicolon. */
function ended(sql: string): string {
  return sql.slice(sql.lastIndexOf("\n") + 1).includes("--") ? `${sql}\n;` : `${sql};`;
}

function schemaEntry(name: string, sql: string): string {
  return `INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES('table', ${text(name)}, ${text(name)}, 0, ${text(sql)});`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
