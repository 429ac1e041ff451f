import { DbsaveError } from "@dbsave/core";
import { isLsn, parseLsn } from "./lsn.ts";

/** Where a timeline was left for the next one. */
export interface Branch {
  readonly timeline: number;
  /** The first position that is not on it any more. */
  readonly end: bigint;
}

/** A stretch of WAL on one timeline: from `from` to just before `end`, which is open on the last one. */
export interface Stretch {
  readonly timeline: number;
  readonly from: bigint;
  readonly end: bigint | null;
}

/** `0000000A.history` */
export function historyName(timeline: number): string {
  return `${timeline.toString(16).toUpperCase().padStart(8, "0")}.history`;
}

/**
 * What `<timeline>.history` says: the timelines before it, oldest first. SOURCE_INVALID for what no server wrote: timelines and
 * positions only grow, and all are before `timeline`.
 */
export function parseHistory(text: string, timeline: number): readonly Branch[] {
  const branches: Branch[] = [];
  for (const line of text.split("\n")) {
    const [number = "", position = ""] = line.trim().split(/\s+/);
    if (number === "" || number.startsWith("#")) continue;
    if (!/^[0-9]{1,10}$/.test(number) || !isLsn(position)) throw invalid(timeline, line);
    const branch = { timeline: Number(number), end: parseLsn(position) };
    const before = branches.at(-1) ?? { timeline: 0, end: 0n };
    if (branch.timeline <= before.timeline || branch.timeline >= timeline || branch.end < before.end)
      throw invalid(timeline, line);
    branches.push(branch);
  }
  return branches;
}

/** The way of the WAL to `timeline`, oldest first, without stretches that are empty. */
export function stretchesOf(timeline: number, branches: readonly Branch[]): readonly Stretch[] {
  let from = 0n;
  const stretches: Stretch[] = [];
  for (const { timeline: left, end } of branches) {
    if (end > from) stretches.push({ timeline: left, from, end });
    from = end;
  }
  return [...stretches, { timeline, from, end: null }];
}

function invalid(timeline: number, line: string): DbsaveError {
  return new DbsaveError(
    "SOURCE_INVALID",
    `postgres: not a history of a timeline: ${historyName(timeline)}: ${JSON.stringify(line)}`,
  );
}
