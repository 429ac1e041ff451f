import type { LogFile, Manifest } from "@dbsave/core";
import type { Stretch } from "../../wal/history.ts";
import { parseSegmentName, segmentAt, segmentName, startOf } from "../../wal/segment.ts";
import { type PhysicalContents, physicalContentsOf } from "../contents.ts";
import type { ArchivedWal } from "./archived-wal.ts";

/** A physical backup that recovery can begin with. */
export interface Base extends PhysicalContents {
  readonly manifest: Manifest;
  /** Of a primary, which finishes the segment in which a backup ends: the backup holds it whole. */
  readonly holdsLastSegment: boolean;
}

/** The archived WAL that a backup can be recovered with, without a gap. */
export interface Trail {
  readonly base: Base;
  /** Of the timeline that it leads to. */
  readonly timeline: number;
  /**
   * Oldest first; the first holds the end of the backup, or follows the segment that does when the backup holds that. The last may be the
   * beginning of a segment.
   */
  readonly segments: readonly LogFile[];
  /** What is archived before them without a gap, oldest first, as far as it tells when the backup ended. */
  readonly earlier: readonly LogFile[];
  /** Position of the first byte of the first segment, and of the first byte that is not there. */
  readonly from: bigint;
  readonly end: bigint;
  /** The segment that would have to follow, when later ones are there. */
  readonly gap: string | null;
}

/** Behind its timeline, a segment's name tells its place, in the order of the WAL. */
const placeAt = 8;
/** An idle server finishes a segment every minute or so. */
const mostEarlier = 256;

/** SOURCE_INVALID for a backup of something else. */
export function baseOf(manifest: Manifest): Base {
  const holdsLastSegment = manifest.details["isStandby"] === false;
  return { ...physicalContentsOf(manifest), manifest, holdsLastSegment };
}

/** Whether the way passes where the backup ends. */
export function leadsAlong({ timeline, stop }: Base, way: readonly Stretch[]): boolean {
  return way.some((part) => part.timeline === timeline && part.from <= stop && (part.end ?? stop) >= stop);
}

/** Null when the backup does not lead along the way. */
export function trailOf(base: Base, way: readonly Stretch[], wal: ArchivedWal): Trail | null {
  const { stop, timeline, walSegmentBytes: segmentBytes } = base;
  const target = way.at(-1);
  if (target === undefined || !leadsAlong(base, way)) return null;
  const nameOf = (number: bigint): string => {
    const part = way.findLast(({ from }) => segmentAt(from, segmentBytes) <= number) ?? target;
    return segmentName({ timeline: part.timeline, number }, segmentBytes);
  };
  const last = segmentAt(stop - 1n, segmentBytes);
  const isHeld = base.holdsLastSegment && nameOf(last) === segmentName({ timeline, number: last }, segmentBytes);
  const first = isHeld && !wal.segments.has(nameOf(last)) ? last + 1n : last;
  const segments: LogFile[] = [];
  let next = nameOf(first);
  for (let file = wal.segments.get(next); file !== undefined; file = wal.segments.get(next)) {
    segments.push(file);
    next = nameOf(first + BigInt(segments.length));
  }
  const earlier = first === last ? filesBefore(last, (number) => wal.segments.get(nameOf(number))) : [];
  const from = startOf(first, segmentBytes);
  const wholeEnd = from + BigInt(segments.length) * BigInt(segmentBytes);
  const beginning = wal.beginnings.get(next);
  const begunEnd = wholeEnd + BigInt(beginning?.bytes ?? 0);
  const isUseful = beginning !== undefined && begunEnd > stop;
  if (isUseful) segments.push(beginning.file);
  const end = isUseful ? begunEnd : wholeEnd;
  const isLater = (name: string): boolean => {
    if (name.slice(placeAt) <= next.slice(placeAt)) return false;
    const number = parseSegmentName(name, segmentBytes)?.number ?? -1n;
    return startOf(number, segmentBytes) >= end && nameOf(number) === name;
  };
  const gap = [...wal.segments.keys()].some(isLater) ? next : null;
  return { base, timeline: target.timeline, segments, earlier, from, end: end > stop ? end : stop, gap };
}

/** Oldest first. */
function filesBefore(number: bigint, fileOf: (number: bigint) => LogFile | undefined): readonly LogFile[] {
  const files: LogFile[] = [];
  for (let before = number - 1n; before >= 0n && files.length < mostEarlier; before -= 1n) {
    const file = fileOf(before);
    if (file === undefined) break;
    files.unshift(file);
  }
  return files;
}

/** The segments up to the one that holds the last byte before `end`. */
export function segmentsTo(end: bigint, { base, from, segments }: Trail): readonly LogFile[] {
  const count = segmentAt(end - from - 1n, base.walSegmentBytes) + 1n;
  return segments.slice(0, Math.max(0, Number(count)));
}
