import type { Table } from "./tables.ts";

const mostTables = 100;
const mostPages = 2000;

/** Big tables alone, small ones together in one query: ten thousand of them must not mean ten thousand round trips. */
export async function* tableBatches(tables: AsyncIterable<Table>): AsyncIterable<readonly Table[]> {
  let batch: Table[] = [];
  let pages = 0;
  for await (const table of tables) {
    if (batch.length > 0 && (batch.length === mostTables || pages + table.pages > mostPages)) {
      yield batch;
      batch = [];
      pages = 0;
    }
    batch.push(table);
    pages += table.pages;
  }
  if (batch.length > 0) yield batch;
}
