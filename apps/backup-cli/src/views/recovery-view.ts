import { formatBytes, type Manifest, type Recovery, type RecoveryTarget, type RecoveryWindow } from "@dbsave/core";
import { counted, formatDuration } from "../output/quantities.ts";
import { formatLocal } from "../places/local-time.ts";

/** A recovery that is about to be, with what belongs to it. */
export interface PlannedRecovery {
  readonly recovery: Recovery;
  /** The backup and all that it was taken upon, the full one first. */
  readonly chain: readonly Manifest[];
  /** All that could be recovered. */
  readonly windows: readonly RecoveryWindow[];
  /** Of the target. */
  readonly timeZone: string;
}

/** What a recovery will do, for people. */
export function recoveryLines({ recovery, chain, windows, timeZone }: PlannedRecovery): readonly string[] {
  const { to, timeline, files } = recovery.route;
  return [
    `Recovering ${chain.at(-1)?.target ?? ""} to ${targetText(to, timeZone)}, on timeline ${timeline}`,
    ...windows.map((window) => `  can be recovered: ${windowText(window, timeZone)}`),
    `  chain: ${chain.map(({ kind, id }) => `${kind} ${id}`).join(", ")}`,
    `  log: ${counted(files.length, "file")} (${formatBytes(sum(files.map(({ storedBytes }) => storedBytes)))} as stored)`,
  ];
}

/** What is still to happen when a directory was restored and no server started on it, for people. */
export function firstStartLine({ recovery, timeZone }: PlannedRecovery): string {
  return `  its first start recovers to ${targetText(recovery.route.to, timeZone)}, and needs nothing but the directory`;
}

/** What the restore takes, for people. */
export function estimateLine({
  storedBytes,
  writtenBytes,
  seconds,
}: {
  readonly storedBytes: number;
  readonly writtenBytes: number;
  readonly seconds: number;
}): string {
  const time = formatDuration(seconds * 1000);
  return `Reads ${formatBytes(storedBytes)}, writes ${formatBytes(writtenBytes)}, takes about ${time}`;
}

/** For programs. */
export function recoveryJson({ recovery, chain, windows }: PlannedRecovery): object {
  const { to, timeline, files, window } = recovery.route;
  const storedBytes = sum(files.map((file) => file.storedBytes));
  const log = { files: files.length, storedBytes, first: files.at(0)?.name, last: files.at(-1)?.name };
  return { to, timeline, chain: chain.map(({ id }) => id), log, window, windows };
}

function targetText(to: RecoveryTarget, timeZone: string): string {
  switch (to.kind) {
    case "latest":
      return "the end of the log";
    case "immediate":
      return "the end of the backup";
    case "time":
      return bothZones(to.time, timeZone);
    case "position":
      return `position ${to.position}`;
    case "transaction":
      return `transaction ${to.transaction}`;
    case "name":
      return `restore point "${to.name}"`;
  }
}

function windowText({ from, to, timeline, gap }: RecoveryWindow, timeZone: string): string {
  const range = `${formatLocal(from.at, timeZone)} to ${formatLocal(to.at, timeZone)}`;
  const missing = gap === null ? "" : `; ${gap} is missing`;
  return `${range}, timeline ${timeline}, ${from.position} to ${to.position}${missing}`;
}

function bothZones(moment: Date, timeZone: string): string {
  const utc = formatLocal(moment, "UTC");
  return timeZone === "UTC" ? utc : `${formatLocal(moment, timeZone)} ${timeZone} (${utc})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
