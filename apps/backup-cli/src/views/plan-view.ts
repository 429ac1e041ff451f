import { formatBytes, type LogPlan, type PruneReport } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { counted } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";

/** What became, or would become, of a target's backups. */
export interface Pruned extends PruneReport {
  readonly target: string;
  /** False for a plan that was only looked at. */
  readonly applies: boolean;
}

/** For machines: of the log how much, not each of its many files. */
export function prunedJson({ log, ...pruned }: PruneReport): Readonly<Record<string, unknown>> {
  if (log === null) return { ...pruned, log };
  const { remove, ...figures } = log;
  return { ...pruned, log: { ...figures, removedFiles: remove.length } };
}

/** Every backup with its fate and the reasons, newest first, below why nothing may be deleted. */
export function prunedText({ target, applies, plan, removed, swept, log }: Pruned, paint: Paint): string {
  const rows = [
    ...plan.keep.map(({ id, reasons }) => ({ id, fate: paint("green", "keep"), why: reasons.join("; ") })),
    ...plan.remove.map(({ id, reason }) => ({ id, fate: paint("red", applies ? "removed" : "remove"), why: reason })),
  ].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  if (rows.length === 0) return `${target}: no backups yet, nothing to prune`;
  const went = applies ? `${removed.length} removed` : `${plan.remove.length} would be removed`;
  const head = `${paint("bold", target)}: ${counted(plan.keep.length, "backup")} kept, ${went}`;
  const frozen = plan.frozen.map((reason) => `${paint("yellow", "frozen")}, nothing may be deleted: ${reason}`);
  const cleaned = swept === 0 ? [] : [`cleaned: ${counted(swept, "leftover")} of interrupted runs`];
  const archived = log === null ? [] : [logText(log, applies)];
  const columns = [
    { title: "BACKUP", cell: (row: (typeof rows)[number]) => row.id },
    { title: "PLAN", cell: (row: (typeof rows)[number]) => row.fate },
    { title: "BECAUSE", cell: (row: (typeof rows)[number]) => row.why },
  ];
  return [head, ...frozen, ...archived, ...cleaned, renderTable(rows, columns, paint)].join("\n");
}

function logText({ keptFiles, keptBytes, remove, removedBytes }: LogPlan, applies: boolean): string {
  const kept = `archived log: ${counted(keptFiles, "file")} kept, ${formatBytes(keptBytes)}`;
  if (remove.length === 0) return kept;
  const went = applies ? "removed" : "would be removed";
  return `${kept}; ${counted(remove.length, "file")} ${went}, ${formatBytes(removedBytes)}: not needed any more`;
}
