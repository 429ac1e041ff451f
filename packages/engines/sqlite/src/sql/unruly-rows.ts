import type { Database } from "../connect.ts";
import { type Column, quoteName, type Table } from "../rows/tables.ts";

const mostTerms = 500;

/** The kinds of value that a column of a STRICT table refuses, by its type. */
const strangers: Readonly<Record<string, readonly string[]>> = {
  INT: ["real", "text", "blob"],
  INTEGER: ["real", "text", "blob"],
  REAL: ["text", "blob"],
  TEXT: ["integer", "real", "blob"],
  BLOB: ["integer", "real", "text"],
};

/**
 * SQL for the rows of `table` that an INSERT would refuse or change although they are there, because NOT NULL, STRICT or a
 * text type came into the schema after them; null when there are none. CHECK is not among these: it can be switched off.
 */
export function unrulyRows(db: Database, { name, columns }: Table): string | null {
  const strict = "SELECT strict FROM pragma_table_list(?) WHERE schema = 'main'";
  const isStrict = db.prepare<[string], number>(strict).pluck().get(name) === 1;
  const terms = columns.flatMap((column) => {
    const kinds = [...(column.notNull ? ["null"] : []), ...unfit(column, isStrict)];
    // By typeof, because SQLite does not look for NULL where the schema says that there is none.
    return kinds.length === 0 ? [] : [`typeof(${quoteName(column.name)}) IN ('${kinds.join("','")}')`];
  });
  if (terms.length === 0) return null;
  const any = anyOf(terms);
  const exists = `SELECT EXISTS (SELECT 1 FROM ${quoteName(name)} WHERE ${any})`;
  return db.prepare<[], number>(exists).pluck().get() === 1 ? any : null;
}

function unfit({ type }: Column, isStrict: boolean): readonly string[] {
  if (isStrict) return strangers[type.toUpperCase()] ?? [];
  return /char|clob|text/i.test(type) && !/int/i.test(type) ? ["integer", "real"] : [];
}

/** Nested, because SQLite limits the depth of an expression. */
function anyOf(terms: readonly string[]): string {
  const some = terms.slice(0, mostTerms).join(" OR ");
  return terms.length <= mostTerms ? `(${some})` : `((${some}) OR ${anyOf(terms.slice(mostTerms))})`;
}

/** What a row consists of on the disk: generated columns too, where they are stored. */
export function columnsOnDisk(columns: readonly Column[]): readonly string[] {
  return columns.filter(({ generated }) => generated !== "virtual").map(({ name }) => quoteName(name));
}

/**
 * A schema under which the same pages are a table that takes every value: its columns on the disk without types and
 * promises, and the keys for which SQLite made an index by itself, in the same order.
 */
export function lenientSchema(db: Database, { name, columns, keyed }: Table, withoutRowid: boolean): string {
  const key = "SELECT name FROM pragma_table_xinfo(?) WHERE pk = 1";
  const rowid = keyed ? quoteName(db.prepare<[string], string>(key).pluck().get(name) ?? "") : null;
  const bare = columnsOnDisk(columns).map((column) => (column === rowid ? `${column} INTEGER PRIMARY KEY` : column));
  const form = withoutRowid ? " WITHOUT ROWID" : "";
  return `CREATE TABLE ${quoteName(name)}(${[...bare, ...keysOf(db, name, withoutRowid)].join(", ")})${form}`;
}

/** `sqlite_autoindex_<table>_<number>`: the numbers are the order in which the keys are declared. */
function keysOf(db: Database, table: string, withoutRowid: boolean): readonly string[] {
  const keys = `SELECT i.origin, group_concat('"' || replace(c.name, '"', '""') || '" COLLATE ' || c.coll || iif(c."desc", ' DESC', ''), ', '
      ORDER BY c.seqno) AS parts
    FROM pragma_index_list(?) AS i, pragma_index_xinfo(i.name) AS c WHERE i.origin IN ('u', 'pk') AND c.key
    GROUP BY i.name ORDER BY i.seq DESC`;
  return db
    .prepare<[string], { origin: string; parts: string }>(keys)
    .all(table)
    .map(({ origin, parts }) => `${origin === "pk" && withoutRowid ? "PRIMARY KEY" : "UNIQUE"}(${parts})`);
}
