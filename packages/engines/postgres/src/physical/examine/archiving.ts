import type { Finding } from "@dbsave/core";
import type { ReplicationFacts } from "./read-facts.ts";
import { setAndReload, setBeforeRestart, shortcoming } from "./shortcoming.ts";

const lostMinutes = 5;

/** What keeps the server from handing its WAL over by `command`, its archive_command. */
export function archivingFindings(facts: ReplicationFacts, command: string): readonly Finding[] {
  const { isStandby, archiveMode, archiver, archiveTimeoutSeconds } = facts;
  const found: Finding[] = [];
  const wanted = isStandby ? "always" : "on";
  if (archiveMode === "off" || (isStandby && archiveMode !== "always")) {
    const message = `is ${archiveMode}: no WAL is archived${isStandby ? " by this standby" : ""}`;
    const enable = [setBeforeRestart("archive_mode", wanted)];
    found.push(shortcoming("warning", { code: "UNSUPPORTED", object: "archive_mode", message }, enable));
  }
  if (archiver === "") {
    const message = `is empty${archiveMode === "off" ? "" : ": the server keeps all WAL until its disk is full"}`;
    const set = [setAndReload("archive_command", command.replaceAll("'", "''"))];
    const fix = "It needs dbsave-wal, or the script of dbsave-wal shim, where the server runs.";
    found.push(shortcoming("warning", { code: "UNSUPPORTED", object: "archive_command", message, fix }, set));
  } else if (!archiver.includes("dbsave")) {
    const message = "is not that of dbsave-wal: the WAL goes somewhere else";
    const fix = `Unless it calls it: archive_command = '${command}'`;
    found.push(shortcoming("warning", { code: "UNSUPPORTED", object: "archive_command", message, fix }));
  } else if (archiveMode !== "off") found.push(...failures(facts));
  if (archiveTimeoutSeconds === 0) {
    const message = "is 0: what a quiet server commits is archived only when a segment is full";
    const set = [setAndReload("archive_timeout", `${lostMinutes}min`)];
    found.push(shortcoming("info", { code: "UNSUPPORTED", object: "archive_timeout", message }, set));
  }
  return found;
}

function failures({ lastFailedAt, lastFailedWal, lastArchivedAt, failedCount, now }: ReplicationFacts): Finding[] {
  if (lastFailedAt === null || (lastArchivedAt !== null && lastArchivedAt >= lastFailedAt)) return [];
  const minutes = (at: Date): string => `${Math.round((now.getTime() - at.getTime()) / 60_000)} minutes ago`;
  const last = lastArchivedAt === null ? "nothing was archived yet" : `the last success was ${minutes(lastArchivedAt)}`;
  const message = `failed for ${lastFailedWal} ${minutes(lastFailedAt)}, ${failedCount} times in all; ${last}`;
  const fix = "The server's log has what dbsave-wal said. Until it works the server keeps the WAL.";
  return [shortcoming("warning", { code: "STORAGE_FAILED", object: "archive_command", message, fix })];
}
