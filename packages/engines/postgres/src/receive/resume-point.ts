import { parseSegmentName, segmentAt, segmentName, startOf } from "../wal/segment.ts";
import type { Source } from "./source.ts";

/** Where streaming begins: the first byte of a segment. */
export interface StartingPoint {
  readonly timeline: number;
  readonly position: bigint;
}

type Server = Pick<Source, "way" | "segmentBytes">;

/**
 * Where to go on behind the newest of the whole segments that are safe, by their names. What is safe of timelines that the server never was
 * on, or has left before, counts for nothing. Null: nothing counts.
 */
export function resumePoint({ way, segmentBytes }: Server, safe: ReadonlySet<string>): StartingPoint | null {
  const newest = newestOf(safe, segmentBytes);
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

/** `resume`, or the first segment before it that is nowhere safe though the slot holds it from `held` on: somebody lost it. */
export function firstMissing(
  server: Server,
  safe: ReadonlySet<string>,
  held: bigint,
  resume: StartingPoint,
): StartingPoint {
  const { way, segmentBytes } = server;
  const size = BigInt(segmentBytes);
  for (let position = segmentStart(held, segmentBytes); position < resume.position; position += size) {
    const { timeline } = pointAt(server, position);
    const isLeftWithin = way.some(({ end }) => end !== null && end > position && end < position + size);
    const name = segmentName({ timeline, number: segmentAt(position, segmentBytes) }, segmentBytes);
    if (!isLeftWithin && !safe.has(name)) return { timeline, position };
  }
  return resume;
}

/** The beginning of the segment that holds `position`, on the timeline that the server's way takes there. */
export function pointAt({ way, segmentBytes }: Server, position: bigint): StartingPoint {
  const stretch = way.find(({ end }) => end === null || position < end);
  return { timeline: stretch?.timeline ?? 1, position: segmentStart(position, segmentBytes) };
}

/** Of the segment that holds `position`. */
export function segmentStart(position: bigint, segmentBytes: number): bigint {
  return startOf(segmentAt(position, segmentBytes), segmentBytes);
}

/** The last number of each timeline. */
function newestOf(names: Iterable<string>, segmentBytes: number): ReadonlyMap<number, bigint> {
  const newest = new Map<number, bigint>();
  for (const name of names) {
    const segment = parseSegmentName(name, segmentBytes);
    if (segment === null) continue;
    const known = newest.get(segment.timeline);
    if (known === undefined || segment.number > known) newest.set(segment.timeline, segment.number);
  }
  return newest;
}
