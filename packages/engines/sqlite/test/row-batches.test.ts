import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { rowBatches } from "../src/rows/row-batches.ts";
import { addLargeValueHash, rowExpression } from "../src/rows/row-expression.ts";
import { contentTables } from "../src/rows/tables.ts";

const columns = Array.from({ length: 60 }, (_, index) => `c${index}`);

/** The sizes of all batches of a table with 60 columns, which `sql` fills. */
function batches(sql: string): readonly { readonly rows: number; readonly bytes: number }[] {
  const db = new Database(":memory:");
  addLargeValueHash(db);
  db.exec(`CREATE TABLE t(id INTEGER PRIMARY KEY, ${columns.join()})`);
  db.exec(sql);
  const [table] = contentTables(db);
  if (table === undefined) throw new Error("no table");
  const sizes = Array.from(rowBatches(db, table, rowExpression(table.columns)), ({ rows, bytes }) => ({
    rows,
    bytes: bytes.length,
  }));
  db.close();
  return sizes;
}

function insert(rows: number, value: string): string {
  return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO t SELECT NULL, ${columns.map(() => value).join()} FROM n;`;
}

it("rows of many large values come few at a time, so that memory does not grow with their number", () => {
  const sizes = batches(insert(100, "zeroblob(4000)"));
  expect(sizes.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
  expect(Math.max(...sizes.map(({ bytes }) => bytes))).toBeLessThan(8_000_000);
});

it("large rows that follow small ones do not make a batch of more than 32 MiB", () => {
  const sizes = batches(insert(1_000, "1") + insert(200, "zeroblob(4000)"));
  expect(sizes.reduce((sum, { rows }) => sum + rows, 0)).toBe(1_200);
  expect(Math.max(...sizes.map(({ bytes }) => bytes))).toBeLessThan(2 ** 25);
});
