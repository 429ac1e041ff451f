import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { changedAt } from "../spool/changed-at.ts";
import type { DaemonStatus } from "./daemon-status.ts";

const suffix = ".ready";

/** Files of a `pg_wal` that its server has finished and wants archived, in the order in which it asks for them. */
export async function readyFiles(walDirectory: string): Promise<readonly string[]> {
  const names = (await readdir(join(walDirectory, "archive_status")))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  return names.toSorted(inTheirOrder);
}

/** How many they are, and since when the first one waits. */
export async function waitingFiles(walDirectory: string): Promise<DaemonStatus["waiting"]> {
  const names = await readyFiles(walDirectory);
  const [first] = names;
  const since = first === undefined ? null : await changedAt(join(walDirectory, "archive_status", first + suffix));
  return { files: names.length, oldest: since?.toISOString() ?? null };
}

/** Histories first: without them nothing of a timeline can be used. */
export function inTheirOrder(a: string, b: string): number {
  const byKind = Number(b.endsWith(".history")) - Number(a.endsWith(".history"));
  return byKind === 0 ? Number(a > b) - Number(a < b) : byKind;
}
