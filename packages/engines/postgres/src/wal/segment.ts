import { parseLsn } from "./lsn.ts";

/** A segment by its place in the WAL. Which bytes it holds depends on the size of segments. */
export interface Segment {
  readonly timeline: number;
  /** Counted from the beginning of the WAL. */
  readonly number: bigint;
}

const form = /^(?<timeline>[0-9A-F]{8})(?<log>[0-9A-F]{8})(?<rest>[0-9A-F]{8})$/;

/** Whether a file of `pg_wal` is a whole segment by its name. */
export function isSegmentName(name: string): boolean {
  return form.test(name);
}

/** Of a name that a server with segments of `segmentBytes` gives; null for any other. */
export function parseSegmentName(name: string, segmentBytes: number): Segment | null {
  const { timeline, log, rest } = form.exec(name)?.groups ?? {};
  if (timeline === undefined || log === undefined || rest === undefined) return null;
  const within = BigInt(`0x${rest}`);
  const perLog = segmentsPerLog(segmentBytes);
  if (within >= perLog || timeline === "00000000") return null;
  return { timeline: Number.parseInt(timeline, 16), number: BigInt(`0x${log}`) * perLog + within };
}

export function segmentName({ timeline, number }: Segment, segmentBytes: number): string {
  const perLog = segmentsPerLog(segmentBytes);
  return hex(timeline) + hex(number / perLog) + hex(number % perLog);
}

/** Number of the segment that holds the byte at `position`. */
export function segmentAt(position: bigint, segmentBytes: number): bigint {
  return position / BigInt(segmentBytes);
}

/** Position of the first byte of a segment. */
export function startOf(number: bigint, segmentBytes: number): bigint {
  return number * BigInt(segmentBytes);
}

/** Names of the segments that hold the WAL from `start` to just before `end`, oldest first. */
export function segmentNames(timeline: number, start: string, end: string, segmentBytes: number): readonly string[] {
  const last = segmentAt(parseLsn(end) - 1n, segmentBytes);
  const names: string[] = [];
  for (let number = segmentAt(parseLsn(start), segmentBytes); number <= last; number += 1n)
    names.push(segmentName({ timeline, number }, segmentBytes));
  return names;
}

/** A "log" is what the middle of a segment's name counts: 4 GiB of WAL, whatever the size of segments. */
function segmentsPerLog(segmentBytes: number): bigint {
  return 0x1_0000_0000n / BigInt(segmentBytes);
}

function hex(value: number | bigint): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
