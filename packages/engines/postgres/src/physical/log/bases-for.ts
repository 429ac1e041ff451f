import { type Archived, beginningOf, type Need } from "./need.ts";

/**
 * Of one cluster, the backups that recovery to a moment from `since` on may begin with: all that are newer, and for every timeline
 * that is still alive the newest older one on it. Where a timeline has none, all that it can have come from: names do not tell
 * where each timeline was left. That lasts until its first backup is older than `since`.
 */
export function basesFor(since: Date, bases: readonly Need[], files: readonly Archived[]): readonly Need[] {
  const newer = bases.filter(({ consistentAt }) => consistentAt > since);
  const older = bases.filter((base) => !newer.includes(base)).toSorted(byTime);
  const recent = files.filter(({ file }) => file.archivedAt >= since);
  const timelines = new Set([...files.map(({ wal }) => wal.timeline), ...bases.map(({ timeline }) => timeline)]);
  const alive = new Set([
    Math.max(...timelines),
    ...recent.map(({ wal }) => wal.timeline),
    ...newer.map(({ timeline }) => timeline),
  ]);
  return [...newer, ...[...alive].flatMap((timeline) => basesOn(timeline, older, files))];
}

function basesOn(timeline: number, older: readonly Need[], files: readonly Archived[]): readonly Need[] {
  const own = older.findLast((base) => base.timeline === timeline);
  if (own !== undefined) return [own];
  return older.filter((base) => base.timeline < timeline && base.from < endOfFirst(timeline, files, base));
}

/** Where the first file of a timeline ends: it left another timeline before. */
function endOfFirst(timeline: number, files: readonly Archived[], { segmentBytes }: Need): bigint {
  let first = 2n ** 64n;
  for (const archived of files) {
    const beginning = archived.wal.timeline === timeline ? beginningOf(archived, segmentBytes) : null;
    if (beginning !== null && beginning < first) first = beginning;
  }
  return first + BigInt(segmentBytes);
}

function byTime(a: Need, b: Need): number {
  return a.consistentAt.getTime() - b.consistentAt.getTime();
}
