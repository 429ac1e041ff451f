import { ERRORS, type Finding, formatBytes, type RecoveryWindow } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { counted, formatAge, formatTime } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";
import type { ArchivedLog } from "../places/archived-logs.ts";

/** Something of the log that a person must look at now. */
export function isAlarm({ findings }: Pick<ArchivedLog, "findings">): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** What can be recovered and what is wrong, one target below the other. */
export function archivedLogsText(logs: readonly ArchivedLog[], now: Date, paint: Paint): string {
  return logs
    .map((log) => [headOf(log), windowsText(log, now, paint), findingsText(log, paint)].filter(Boolean).join("\n"))
    .join("\n\n");
}

/** How far a backup can be recovered, in a line. */
export function windowText({ to, timeline, gap }: RecoveryWindow): string {
  const until = `to any moment until ${formatTime(to.at)} (${to.position}, timeline ${timeline})`;
  return gap === null ? until : `${until}, where ${gap} is missing`;
}

/** Whether there is more to it than the moment of a backup. */
export function isWide({ from, to }: RecoveryWindow): boolean {
  return to.position !== from.position;
}

/** Errors and warnings, each with what to do below it. */
export function findingsText({ findings }: Pick<ArchivedLog, "findings">, paint: Paint): string {
  const lines = ({ severity, code, object, message, fix = ERRORS[code].remedy }: Finding): readonly string[] => {
    if (severity === "info") return [];
    const word = paint(severity === "error" ? "red" : "yellow", severity);
    return [`${word}: ${object} ${message}`, `  ${fix}`];
  };
  return findings.flatMap(lines).join("\n");
}

function headOf({ target, files, bytes, newestAgeMs }: ArchivedLog): string {
  const newest = newestAgeMs === null ? "" : `, the newest ${formatAge(newestAgeMs)} old`;
  return `${target}: archived log: ${counted(files, "file")}, ${formatBytes(bytes)}${newest}`;
}

function windowsText({ windows, files }: ArchivedLog, now: Date, paint: Paint): string {
  if (files === 0) return "";
  const wide = windows.filter(isWide);
  if (wide.length === 0) return "No backup can be recovered beyond its own moment.";
  const columns: readonly Column<RecoveryWindow>[] = [
    { title: "RECOVERABLE FROM", cell: ({ from }) => formatTime(from.at) },
    { title: "UNTIL", cell: ({ to }) => formatTime(to.at) },
    { title: "AGO", align: "right", cell: ({ to }) => formatAge(now.getTime() - to.at.getTime()) },
    { title: "TIMELINE", align: "right", cell: ({ timeline }) => String(timeline) },
    { title: "BEGINS WITH", cell: ({ from }) => from.backup },
    { title: "ENDS BEFORE", cell: ({ gap }) => (gap === null ? undefined : paint("red", gap)) },
  ];
  return renderTable(wide.toReversed(), columns, paint);
}
