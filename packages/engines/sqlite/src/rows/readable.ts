import { type Database, lackOf } from "../connect.ts";
import { quoteName, type Table } from "./tables.ts";

/**
 * As much of `table` as this SQLite can read: all of it; or all but its virtual columns, when it lacks a function they are made
 * with; or, when it lacks a collation in the key of a table WITHOUT ROWID, nothing: undefined.
 */
export function readable(db: Database, table: Table): Table | undefined {
  const stored = { ...table, columns: table.columns.filter(({ generated }) => generated !== "virtual") };
  return [table, stored].find(({ name, columns }) => {
    const names = columns.map((column) => quoteName(column.name)).join();
    return lackOf(db, `SELECT ${names} FROM ${quoteName(name)} NOT INDEXED`) === null;
  });
}
