import type { Storage } from "../contracts/storage.ts";
import { keys } from "../repository/layout.ts";

const keepMs = 400 * 24 * 60 * 60_000;

/** Removes run records older than 400 days, long enough to compare with the same season last year. Returns how many. */
export async function expireRuns(storage: Storage, now: Date, signal: AbortSignal): Promise<number> {
  const day = new Date(now.getTime() - keepMs).toISOString().slice(0, 10).replaceAll("-", "");
  const old: string[] = [];
  for await (const { key } of storage.list(keys.runs, signal)) {
    if (/^\d{8}T/.test(key.slice(keys.runs.length)) && key < `${keys.runs}${day}`) old.push(key);
  }
  for (const key of old) await storage.delete(key, signal);
  return old.length;
}
