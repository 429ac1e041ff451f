import { hash } from "node:crypto";
import type { Fingerprint, FingerprintItem } from "@dbsave/core";
import { type Database, pragmaText } from "./connect.ts";
import { readable } from "./rows/readable.ts";
import { release, rowBatches } from "./rows/row-batches.ts";
import { orderedDigest, unorderedDigest } from "./rows/row-digest.ts";
import { addLargeValueHash, rowExpression } from "./rows/row-expression.ts";
import { contentTables, type Table } from "./rows/tables.ts";

/**
 * Everything that is contents, of the moment that `db`'s transaction sees; reads every row once and takes no lock beyond
 * that transaction. A new way to hash needs a new name, because fingerprints live in manifests for years.
 *
 * - `table`: rows of every table, virtual ones by their own columns (their shadow tables hold the same in a form that
 *   may change). With an INTEGER PRIMARY KEY: SHA-256 in key order. Else: a 128-bit hash per row, summed, since neither
 *   order nor rowid mean anything there. What this SQLite cannot read for want of a collation or function is left out.
 * - `schema`: the SQL text of every table, index, view and trigger.
 * - `setting`: what else an application can read back. Page size and journal mode are form, not contents.
 */
export function fingerprintOf(db: Database): Fingerprint {
  addLargeValueHash(db);
  const readables = contentTables(db).map((table) => readable(db, table));
  const tables = readables.flatMap((table) => (table === undefined ? [] : [digestTable(db, table)]));
  // SQLite keeps the table of AUTOINCREMENT counters after the last such table is gone; VACUUM drops it.
  const counted = tables.filter(({ name, count }) => name !== "sqlite_sequence" || count !== 0);
  const items = [...settings(db), ...schema(db), ...counted];
  return { algorithm: "sqlite-rows-1", items: items.toSorted(byKindThenName) };
}

function digestTable(db: Database, table: Table): FingerprintItem {
  const digest = table.keyed ? orderedDigest() : unorderedDigest();
  let count = 0;
  for (const { rows, bytes } of rowBatches(db, table, rowExpression(table.columns))) {
    count += rows;
    digest.add(bytes);
    release(bytes);
  }
  return { kind: "table", name: table.name, count, hash: digest.digest() };
}

function schema(db: Database): FingerprintItem[] {
  const objects =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  return db
    .prepare<[], [type: string, name: string, table: string, sql: string]>(objects)
    .raw()
    .all()
    .map((object) => ({
      kind: "schema",
      name: `${object[0]} ${object[1]}`,
      hash: hash("sha256", JSON.stringify(object)),
    }));
}

function settings(db: Database): FingerprintItem[] {
  return ["application_id", "encoding", "user_version"].map((name) => ({
    kind: "setting",
    name,
    hash: hash("sha256", pragmaText(db, name)),
  }));
}

function byKindThenName(a: FingerprintItem, b: FingerprintItem): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return 0;
}
