import type { RecoveryTarget } from "@dbsave/core";
import type { Landmark } from "../../wal/landmark.ts";
import { parseLsn } from "../../wal/lsn.ts";
import { segmentAt } from "../../wal/segment.ts";
import { endAfter, landmarks, lastEndIn, type ReadableTrail, recordFrom } from "./scan.ts";

/**
 * Whether recovery from a backup comes to a target: the end of the WAL that it takes, or the side of the trail where the
 * target is. A server that finds its log ended before the target does not come up.
 */
export type Stop = { readonly end: bigint } | "before" | "after";

/** `until` is where a newer backup begins to lead to everything, so that what is searched for is searched there. */
export async function findStop(to: RecoveryTarget, from: ReadableTrail, until: bigint | null): Promise<Stop> {
  const { trail } = from;
  const { stop, walSegmentBytes } = trail.base;
  switch (to.kind) {
    case "latest":
      return { end: trail.end };
    case "immediate":
      return { end: stop };
    case "time": {
      if (await holdsMoreThan(to.time, from)) return "before";
      const found = await endAfter(BigInt(to.time.getTime()) * 1000n, from);
      return found === null ? "after" : found.position < stop ? "before" : found;
    }
    case "position": {
      const position = parseLsn(to.position);
      if (position < stop) return "before";
      if (position >= trail.end) return "after";
      const first = position < trail.from ? 0 : Number(segmentAt(position - trail.from, walSegmentBytes));
      return (await recordFrom(position, from, first)) ?? "after";
    }
    case "transaction": {
      const wanted = Number(BigInt(to.transaction) & 0xffff_ffffn);
      return await search(from, until, ({ kind, transaction }) => kind !== "restore point" && transaction === wanted);
    }
    case "name":
      return await search(from, until, ({ kind, name }) => kind === "restore point" && name === to.name);
  }
}

/** Whether the backup holds what was committed after this moment: by the server's clock, else by that of who took it. */
async function holdsMoreThan(time: Date, from: ReadableTrail): Promise<boolean> {
  const last = await lastEndIn(from);
  if (last === null) return from.trail.base.manifest.consistentAt > time;
  return last.micros > BigInt(time.getTime()) * 1000n;
}

/** What is not found may be in the WAL before this backup. */
async function search(
  from: ReadableTrail,
  until: bigint | null,
  isWanted: (landmark: Landmark) => boolean,
): Promise<Stop> {
  const { stop } = from.trail.base;
  for await (const landmark of landmarks(from)) {
    if (until !== null && landmark.position >= until) break;
    if (landmark.position >= stop && isWanted(landmark)) return landmark;
  }
  return "before";
}
