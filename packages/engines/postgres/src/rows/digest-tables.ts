import { hash } from "node:crypto";
import { DbsaveError, type FingerprintItem } from "@dbsave/core";
import type { Session } from "../connect.ts";
import { identifier } from "../sql/quote.ts";
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
  readonly mixed: string | null;
  readonly greatest: readonly (string | null)[];
}

/**
 * Rows and a digest of them for each table, in one query that reads each row once. A row is its own text form, hashed to
 * 64 bits; the digest is the exact sum of these and of a second hash of them, so that order does not matter and one sum
 * alone is not enough to be deceived.
 */
export async function digestTables(session: Session, tables: readonly Table[]): Promise<readonly TableDigest[]> {
  const rows = await session.query<Row>(tables.map(digestSql).join("\nUNION ALL\n"));
  return rows.map(({ position, rows: count, sum, mixed, greatest }) => {
    const table = tables[position];
    if (table === undefined) throw new DbsaveError("INTERNAL", "postgres: a digest of no table");
    const item = { kind: "table", name: table.name, count: Number(count), hash: digest(`${count} ${sum} ${mixed}`) };
    return { item, greatest: greatestOf(table.counted, greatest) };
  });
}

/** `OFFSET 0` keeps the planner from writing the row's text into both sums, and so from making it twice. */
function digestSql({ sql, condition, counted }: Table, position: number): string {
  const columns = counted.map(({ column }, index) => `, t.${identifier(column)}::int8 AS c${index}`).join("");
  const greatest = counted.map((_, index) => `max(c${index})::text`).join(", ");
  return `(SELECT ${position} AS position, count(*) AS rows, sum(h)::text AS sum, sum(hashint8extended(h, 1))::text AS mixed,
    ARRAY[${greatest}]::text[] AS greatest
    FROM (SELECT hashtextextended((t.*)::text, 0) AS h${columns} FROM ONLY ${sql} t ${condition} OFFSET 0) r)`;
}

function greatestOf(counted: readonly CountedColumn[], values: readonly (string | null)[]): TableDigest["greatest"] {
  return counted.flatMap(({ sequence }, index) => {
    const value = values[index];
    return typeof value === "string" ? [{ sequence, value: BigInt(value) }] : [];
  });
}

function digest(text: string): string {
  return hash("sha256", text);
}
