import type { RecoveryWindow } from "@dbsave/core";
import type { Stretch } from "../../wal/history.ts";
import { formatLsn } from "../../wal/lsn.ts";
import { walFileOf } from "../../wal/wal-file.ts";
import type { ArchivedWal } from "../recovery/archived-wal.ts";
import { type Base, leadsAlong, type Trail, trailOf } from "../recovery/trail.ts";

/** How far a backup, and all after it up to the next gap, can be recovered on the way to one timeline. */
export interface Reach extends Trail {
  readonly way: readonly Stretch[];
}

/** `bases` in the order of their ends. Of those between two gaps the first stands for all. */
export function reachesAlong(way: readonly Stretch[], bases: readonly Base[], wal: ArchivedWal): readonly Reach[] {
  const reaches: Reach[] = [];
  for (const base of bases) {
    const before = reaches.at(-1);
    if (!leadsAlong(base, way) || (before !== undefined && base.stop <= before.end)) continue;
    const trail = trailOf(base, way, wal);
    if (trail !== null) reaches.push({ ...trail, way });
  }
  return reaches;
}

/** Ways share their beginnings: leaves out what another reach holds as well, unless it tells of a gap that the other has not. */
export function withoutInner(reaches: readonly Reach[]): readonly Reach[] {
  return reaches.filter(
    (one, index) => !reaches.some((other, place) => holds(other, one) && (place > index || !holds(one, other))),
  );
}

/** The window of everything that a reach holds. A way that was not followed to its end ends on an earlier timeline. */
export function windowOf({ base, segments, end, gap }: Reach): RecoveryWindow {
  const { systemIdentifier: source, stop, manifest } = base;
  const last = segments.at(-1);
  const timeline = (last && walFileOf(last.name)?.timeline) ?? base.timeline;
  const from = { position: formatLsn(stop), at: manifest.consistentAt, backup: manifest.id };
  const at = last !== undefined && last.archivedAt > from.at ? last.archivedAt : from.at;
  return { source, timeline, from, to: { position: formatLsn(end), at }, gap };
}

function holds(outer: Reach, inner: Reach): boolean {
  const { stop } = inner.base;
  if (outer === inner || !leadsAlong(inner.base, outer.way) || stop < outer.base.stop || stop > outer.end) return false;
  const last = inner.segments.at(-1);
  const isWithin = last === undefined || outer.segments.includes(last);
  return isWithin && (inner.gap === null || inner.gap === outer.gap);
}
