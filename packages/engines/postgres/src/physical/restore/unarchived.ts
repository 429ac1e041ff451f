import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "@dbsave/core";

const mark = ".ready";

/** WAL in a data directory that its server wanted to archive and had not: what was committed last may be nowhere else. A warning. */
export async function findUnarchived(directory: string): Promise<readonly Finding[]> {
  const names = await readdir(join(directory, "pg_wal/archive_status")).catch((): string[] => []); // no data directory
  const waiting = names.filter((name) => name.endsWith(mark)).map((name) => name.slice(0, -mark.length));
  const [oldest] = waiting.toSorted();
  if (oldest === undefined) return [];
  const object = join(directory, "pg_wal", oldest);
  const message = `${waiting.length === 1 ? "it is" : `it and ${waiting.length - 1} more are`} not archived: what was committed last may be nowhere else`;
  const fix = `Archive what is there first, oldest first: dbsave-wal push ${object}`;
  return [{ severity: "warning", code: "LOG_INCOMPLETE", object, message, fix }];
}
