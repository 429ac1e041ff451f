import type { ExploredItem } from "@dbsave/core";

/** Something with rows, and where to find it. */
export interface Relation {
  readonly oid: number;
  /** As SQL text, to count from. */
  readonly sql: string;
  readonly item: ExploredItem;
}

/** `{ rows }` of an estimate, or nothing where there is none. */
export function estimated(rows: number | null): Pick<ExploredItem, "rows"> {
  return rows === null ? {} : { rows: { count: Math.round(rows), isExact: false } };
}
