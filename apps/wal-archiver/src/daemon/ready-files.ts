import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@dbsave/core";

const suffix = ".ready";

/** Files of a `pg_wal` that its server has finished and wants archived, in the order in which it asks for them. */
export async function readyFiles(walDirectory: string): Promise<readonly string[]> {
  const names = (await readdir(join(walDirectory, "archive_status")))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  return names.toSorted(inTheirOrder);
}

/** Since when the file has been waiting; null when it no longer does. */
export async function waitingSince(walDirectory: string, name: string): Promise<Date | null> {
  try {
    return (await stat(join(walDirectory, "archive_status", name + suffix))).mtime;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Histories first: without them nothing of a timeline can be used. */
export function inTheirOrder(a: string, b: string): number {
  const byKind = Number(b.endsWith(".history")) - Number(a.endsWith(".history"));
  return byKind === 0 ? Number(a > b) - Number(a < b) : byKind;
}
