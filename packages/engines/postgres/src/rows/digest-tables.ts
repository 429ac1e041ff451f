import { hash } from "node:crypto";
import { DbsaveError, type FingerprintItem } from "@dbsave/core";
import type { FingerprintMode } from "../options.ts";
import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";
import { rowHash } from "./column-hash.ts";
import type { CountedColumn, Table } from "./tables.ts";

export interface TableDigest {
  readonly item: FingerprintItem;
  /** The greatest value of each column that a sequence fills. */
  readonly greatest: readonly { readonly sequence: string; readonly value: bigint }[];
}

interface Row {
  readonly position: number;
  readonly rows: string;
  readonly sum: string | null;
  readonly greatest: readonly (string | null)[];
}

/**
 * Rows and a digest of them for each table, in one query that reads each row once. The digest is the exact sum of the
 * hashes of all rows (of nothing, for counts): their order does not matter, and two rows never cancel each other out.
 */
export async function digestTables(
  session: Session,
  tables: readonly Table[],
  mode: FingerprintMode,
): Promise<readonly TableDigest[]> {
  const rows = await session.query<Row>(
    tables.map((table, position) => digestSql(table, position, mode)).join("\nUNION ALL\n"),
  );
  return rows.map(({ position, rows: count, sum, greatest }) => {
    const table = tables[position];
    if (table === undefined) throw new DbsaveError("INTERNAL", "postgres: a digest of no table");
    const item = { kind: "table", name: table.name, count: Number(count), hash: hash("sha256", `${count} ${sum}`) };
    return { item, greatest: greatestOf(table.counted, greatest) };
  });
}

function digestSql(
  { sql, condition, columns, counted, isAbsent }: Table,
  position: number,
  mode: FingerprintMode,
): string {
  if (isAbsent) return `(SELECT ${position} AS position, 0::int8 AS rows, NULL::text AS sum, '{}'::text[] AS greatest)`;
  const greatest = counted.map(({ column }) => `max(t.${identifier(column)})::text`).join(", ");
  const sum = mode === "full" ? `sum(${rowHash(columns)})::text` : "NULL::text";
  return `(SELECT ${position} AS position, count(*) AS rows, ${sum} AS sum,
    ARRAY[${greatest}]::text[] AS greatest FROM ${sql} t ${condition})`;
}

function greatestOf(counted: readonly CountedColumn[], values: readonly (string | null)[]): TableDigest["greatest"] {
  return counted.flatMap(({ sequence }, index) => {
    const value = values[index];
    return typeof value === "string" ? [{ sequence, value: BigInt(value) }] : [];
  });
}
