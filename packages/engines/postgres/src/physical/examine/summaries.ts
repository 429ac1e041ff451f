import type { Finding } from "@dbsave/core";
import type { ReplicationFacts } from "./read-facts.ts";
import { setAndReload, shortcoming } from "./shortcoming.ts";

const leastMinutes = 2 * 24 * 60;

/** Why backups will be full although incremental ones are wanted. */
export function summaryFindings({ major, summarizeWal, summariesKeptMinutes }: ReplicationFacts): readonly Finding[] {
  if (major < 17) {
    const message = "incremental backups need PostgreSQL 17 or newer: all will be full";
    const fix = "Upgrade, or set incremental: off.";
    return [shortcoming("warning", { code: "UNSUPPORTED", object: "server", message, fix })];
  }
  const found: Finding[] = [];
  if (summarizeWal !== true) {
    const message = "is off, so the server does not know what changed: all backups will be full";
    const enable = [setAndReload("summarize_wal", "on")];
    found.push(shortcoming("warning", { code: "UNSUPPORTED", object: "summarize_wal", message }, enable));
  }
  if (summariesKeptMinutes > 0 && summariesKeptMinutes < leastMinutes) {
    const message = `is ${summariesKeptMinutes} minutes: a backup later than that after the one before will be full`;
    const raise = [setAndReload("wal_summary_keep_time", "10d")];
    found.push(shortcoming("warning", { code: "UNSUPPORTED", object: "wal_summary_keep_time", message }, raise));
  }
  return found;
}
