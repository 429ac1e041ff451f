import type { Stretch } from "../wal/history.ts";
import { segmentAt, startOf } from "../wal/segment.ts";

/** Where streaming begins: the first byte of a segment. */
export interface StartingPoint {
  readonly timeline: number;
  readonly position: bigint;
}

/**
 * Where to go on behind the whole segments that are safe, of which `newest` has the last one's number for each timeline. `way` is the
 * server's. What is safe of timelines that the server never was on, or has left before, counts for nothing. Null: nothing counts.
 */
export function resumePoint(
  way: readonly Stretch[],
  newest: ReadonlyMap<number, bigint>,
  segmentBytes: number,
): StartingPoint | null {
  for (const [index, { timeline, end }] of [...way.entries()].toReversed()) {
    const number = newest.get(timeline);
    if (number === undefined) continue;
    const position = startOf(number + 1n, segmentBytes);
    const following = way[index + 1];
    if (end === null || following === undefined || position < end) return { timeline, position };
    return { timeline: following.timeline, position: segmentStart(end, segmentBytes) };
  }
  return null;
}

/** The beginning of the segment that holds `position`, on the timeline that the server's way takes there. */
export function pointAt(way: readonly Stretch[], position: bigint, segmentBytes: number): StartingPoint {
  const stretch = way.find(({ end }) => end === null || position < end);
  return { timeline: stretch?.timeline ?? 1, position: segmentStart(position, segmentBytes) };
}

/** Of the segment that holds `position`. */
export function segmentStart(position: bigint, segmentBytes: number): bigint {
  return startOf(segmentAt(position, segmentBytes), segmentBytes);
}
