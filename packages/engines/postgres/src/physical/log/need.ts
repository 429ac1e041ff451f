import type { LogFile, Manifest } from "@dbsave/core";
import { parseSegmentName, startOf } from "../../wal/segment.ts";
import { type WalFile, walFileOf } from "../../wal/wal-file.ts";
import { physicalContentsOf } from "../contents.ts";

/** The WAL that recovery from a backup reads: all from one position on, on the backup's timeline and those that left it. */
export interface Need {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly from: bigint;
  readonly segmentBytes: number;
  readonly startedAt: Date;
  readonly consistentAt: Date;
}

/** A file of the log, and what it is. */
export interface Archived {
  readonly file: LogFile;
  readonly systemIdentifier: string;
  readonly wal: WalFile;
}

/** Of a physical backup. */
export function needOf(manifest: Manifest): Need {
  const { systemIdentifier, timeline, start, walSegmentBytes } = physicalContentsOf(manifest);
  const { startedAt, consistentAt } = manifest;
  return { systemIdentifier, timeline, from: start, segmentBytes: walSegmentBytes, startedAt, consistentAt };
}

/** None for what is no file of a server's WAL: nobody knows what needs it. */
export function archivedOf(file: LogFile): readonly Archived[] {
  const [systemIdentifier = ""] = file.folder.split("/");
  const wal = walFileOf(file.name);
  return wal === null ? [] : [{ file, systemIdentifier, wal }];
}

/** Where a file of the WAL begins; null where its name tells no position. */
export function beginningOf({ file, wal }: Archived, segmentBytes: number): bigint | null {
  if (wal.kind === "history") return null;
  const segment = parseSegmentName(file.name.slice(0, 24), segmentBytes);
  return segment && startOf(segment.number, segmentBytes);
}
