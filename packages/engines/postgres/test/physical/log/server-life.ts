import type { LogFile, Manifest } from "@dbsave/core";
import { formatLsn } from "../../../src/wal/lsn.ts";
import { segmentName } from "../../../src/wal/segment.ts";
import { folderOf } from "../../../src/wal/wal-file.ts";

const segmentBytes = 16 * 2 ** 20;
const cluster = "7584010098765432100";
const begin = Date.parse("2026-03-01T00:00:00Z");

/** The moment `hours` after the first. */
export function hour(hours: number): Date {
  return new Date(begin + hours * 3_600_000);
}

export function walFile(name: string, archivedAt: Date, systemIdentifier = cluster): LogFile {
  const folder = folderOf(systemIdentifier, name) ?? "strange";
  return { folder, name, plainSha256: "a".repeat(64), extensions: [".zst"], storedBytes: 100, archivedAt };
}

export function segment(timeline: number, number: number, archivedAt: Date = hour(number)): LogFile {
  return walFile(segmentName({ timeline, number: BigInt(number) }, segmentBytes), archivedAt);
}

/** Segments `from` to `to`, one an hour. */
export function segments(timeline: number, from: number, to: number): readonly LogFile[] {
  return Array.from({ length: to - from + 1 }, (_, index) => segment(timeline, from + index));
}

/** A physical backup that begins in the middle of segment `number`, and ends a little later in it. */
export function base(
  timeline: number,
  number: number,
  at: Date = hour(number),
  systemIdentifier: string = cluster,
): Manifest {
  const start = BigInt(number) * BigInt(segmentBytes) + 0x28_0000n;
  return {
    id: `base-${timeline}-${number}`,
    engine: "postgres",
    method: "physical",
    kind: "full",
    startedAt: at,
    consistentAt: at,
    artifacts: [{ name: "base.tar" }, { name: "backup_manifest" }],
    details: {
      systemIdentifier,
      timeline,
      startLsn: formatLsn(start),
      stopLsn: formatLsn(start + 0x1000n),
      walSegmentBytes: segmentBytes,
      serverVersion: "17.5",
      bootstrapRole: "postgres",
    },
  } as unknown as Manifest;
}
