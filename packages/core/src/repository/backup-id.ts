import { randomBytes } from "node:crypto";

/** `<UTC time>-<sequence>-<random>`: sorts by time for people, is ordered by sequence, never collides. */
export function newBackupId(now: Date, sequence: number): string {
  return `${compactTime(now)}-${String(sequence).padStart(6, "0")}-${randomBytes(4).toString("hex")}`;
}

/** The parts of an id made by `newBackupId`, or undefined for any other name. */
export function parseBackupId(id: string): { readonly startedAt: Date; readonly sequence: number } | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{6,})-[0-9a-f]{8}$/.exec(id);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, sequence] = match;
  const startedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(startedAt.getTime()) ? undefined : { startedAt, sequence: Number(sequence) };
}

/** `20261121T072730Z`: ISO 8601 basic, safe in file names, sortable. */
function compactTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** `20261121T072730123Z-1f2e3d4c`: sortable to the millisecond and unique, for runs and proofs. */
export function newEventId(now: Date): string {
  return `${now.toISOString().replaceAll(/[-:.]/g, "")}-${randomBytes(4).toString("hex")}`;
}
