import { type CatalogEntry, countedRows, type DamagedBackup, formatBytes, plainBytes, storedBytes } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { formatAge, formatCount } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";
import { kindText } from "./chain-view.ts";

/** A backup for machines. */
export function backupJson({ manifest, state, proven, pin }: CatalogEntry): Readonly<Record<string, unknown>> {
  const { id, target, engine, method, kind, parent, startedAt, consistentAt, finishedAt } = manifest;
  const sizes = {
    plainBytes: plainBytes(manifest),
    storedBytes: storedBytes(manifest),
    rows: countedRows(manifest) ?? null,
  };
  const times = { startedAt, consistentAt, finishedAt };
  return {
    id,
    target,
    engine,
    method,
    kind,
    parent,
    ...times,
    ...sizes,
    state,
    provenAt: proven?.startedAt ?? null,
    pin,
  };
}

export function damagedJson({
  id,
  target,
  error,
}: DamagedBackup & { readonly target: string }): Readonly<Record<string, unknown>> {
  return { id, target, ...error.toJSON() };
}

/** A line of the table. */
export interface BackupRow {
  readonly target: string;
  readonly id: string;
  /** Absent for a backup whose manifest cannot be trusted. */
  readonly entry?: CatalogEntry;
}

/** Backups as people look at them, newest first; a target's name only where there are several targets. */
export function backupTable(rows: readonly BackupRow[], now: Date, paint: Paint): string {
  const several = new Set(rows.map(({ target }) => target)).size > 1;
  const methods = new Set(rows.flatMap(({ entry }) => entry?.manifest.method ?? []));
  const entries = rows.flatMap(({ entry }) => entry ?? []).toReversed();
  const isAnyUpon = entries.some(({ manifest }) => manifest.parent !== null);
  const columns: readonly Column<BackupRow>[] = [
    { title: "BACKUP", cell: ({ id }) => id },
    { title: "TARGET", cell: ({ target }) => (several ? target : undefined) },
    { title: "METHOD", cell: ({ entry }) => (methods.size > 1 ? entry?.manifest.method : undefined) },
    { title: "KIND", cell: ({ entry }) => (isAnyUpon && entry ? kindText(entry.manifest, entries) : undefined) },
    {
      title: "AGE",
      align: "right",
      cell: ({ entry }) => entry && formatAge(now.getTime() - entry.manifest.consistentAt.getTime()),
    },
    { title: "SIZE", align: "right", cell: ({ entry }) => entry && formatBytes(plainBytes(entry.manifest)) },
    { title: "STORED", align: "right", cell: ({ entry }) => entry && formatBytes(storedBytes(entry.manifest)) },
    { title: "ROWS", align: "right", cell: ({ entry }) => entry && rowsOf(entry) },
    { title: "PROOF", cell: ({ entry }) => proofCell(entry, now, paint) },
    { title: "PINNED", cell: ({ entry }) => entry?.pin ?? undefined },
  ];
  return renderTable(rows, columns, paint);
}

function rowsOf({ manifest }: CatalogEntry): string | undefined {
  const rows = countedRows(manifest);
  return rows === undefined ? undefined : formatCount(rows);
}

/** `restored 2 h ago` is the strongest; weaker checks are named as what they are. */
function proofCell(entry: CatalogEntry | undefined, now: Date, paint: Paint): string {
  if (entry === undefined) return paint("red", "DAMAGED");
  const ago = (at: Date): string => `${formatAge(now.getTime() - at.getTime())} ago`;
  const judged = entry.proofs.findLast((proof) => proof.outcome !== "inconclusive");
  if (entry.state === "suspect") return paint("red", judged?.outcome === "failed" ? "FAILED" : "CHAIN BROKEN");
  if (entry.proven !== null) return paint("green", `restored ${ago(entry.proven.startedAt)}`);
  const checked = entry.proofs.findLast((proof) => proof.outcome === "passed");
  return checked === undefined ? paint("yellow", "none") : `${checked.level} ${ago(checked.startedAt)}`;
}
