import type { Fingerprint, FingerprintItem } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { formatCount } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";

/** What a database holds: its tables with their rows, and everything else that was digested. */
export function contentsTable({ items }: Fingerprint, paint: Paint): string {
  if (items.length === 0) return "It is empty.";
  const columns: readonly Column<FingerprintItem>[] = [
    { title: "KIND", cell: ({ kind }) => kind },
    { title: "NAME", cell: ({ name }) => name },
    { title: "ROWS", align: "right", cell: ({ count }) => (count === undefined ? undefined : formatCount(count)) },
    { title: "DIGEST", cell: ({ hash }) => hash.slice(0, 16) },
  ];
  return renderTable(items, columns, paint);
}
