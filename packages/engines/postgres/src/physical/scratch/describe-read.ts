import type { ReadReport } from "./read-everything.ts";

/** `3 databases, 112 tables, 1,204,311 rows; 204 indexes checked by amcheck; checksums of pages verified`. */
export function describeRead({ databases, tables, rows, indexes, amcheck, dataChecksums }: ReadReport): string {
  const parts = [
    `${counted(databases, "database")}, ${counted(tables, "table")}, ${counted(rows, "row")} read`,
    amcheck ? `they and ${counted(indexes, "index", "indexes")} checked by amcheck` : "no amcheck there",
    dataChecksums ? "checksums of pages verified" : "pages have no checksums",
  ];
  return parts.join("; ");
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
