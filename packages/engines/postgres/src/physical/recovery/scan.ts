import { DbsaveError, type LogReader, throwIfAborted } from "@dbsave/core";
import { isLandmark, type Landmark, landmarkOf } from "../../wal/landmark.ts";
import { type WalRecord, WalRecordReader } from "../../wal/record-reader.ts";
import type { Trail } from "./trail.ts";

/** Archived WAL that can be read. */
export interface ReadableTrail {
  readonly trail: Trail;
  readonly log: LogReader;
  readonly signal: AbortSignal;
}

/** Of a range of segments: the first, and the one before which to stop. */
type Range = readonly [first: number, end: number];

/**
 * What `pick` makes of the records that begin in these segments, in their order. No more than one segment is held. SOURCE_INVALID for
 * the WAL of another cluster.
 */
async function* records<T>(
  { trail, log, signal }: ReadableTrail,
  [first, end]: Range,
  wants: (manager: number, info: number) => boolean,
  pick: (record: WalRecord, major: number) => T | undefined,
): AsyncGenerator<T, void, undefined> {
  const reader = new WalRecordReader(wants);
  for (const file of trail.segments.slice(first, end)) {
    throwIfAborted(signal, "postgres: reading archived WAL");
    for await (const chunk of await log.open(file)) {
      for (const record of reader.read(chunk as Buffer)) {
        const { major, systemIdentifier } = reader.header;
        if (systemIdentifier !== trail.base.systemIdentifier)
          throw new DbsaveError("SOURCE_INVALID", `postgres: ${file.name} is of the system ${systemIdentifier}`);
        const picked = pick(record, major ?? 0);
        if (picked !== undefined) yield picked;
      }
    }
    if (reader.isOver) return;
  }
}

/** Ends of transactions and restore points. */
export async function* landmarks(
  from: ReadableTrail,
  range: Range = [0, from.trail.segments.length],
): AsyncGenerator<Landmark, void, undefined> {
  yield* records(from, range, isLandmark, (record, major) =>
    record.bytes === null ? undefined : landmarkOf(record, major),
  );
}

/** The first record that begins at `position` or later; null when there is none. */
export async function recordFrom(position: bigint, from: ReadableTrail, first: number): Promise<WalRecord | null> {
  const pick = (record: WalRecord): WalRecord | undefined => (record.position >= position ? record : undefined);
  const range: Range = [first, from.trail.segments.length];
  for await (const record of records(from, range, () => false, pick)) return record;
  return null;
}

/** The first end of a transaction that begins in these segments; null when there is none. */
async function firstEnd(from: ReadableTrail, range: Range): Promise<Landmark | null> {
  for await (const landmark of landmarks(from, range)) if (isEnd(landmark)) return landmark;
  return null;
}

/**
 * An end of a transaction after this moment, and hardly ever not the first: the server's times are almost in the order of its
 * log. Reads the beginnings of few segments. Null when there is none.
 */
export async function endAfter(micros: bigint, from: ReadableTrail): Promise<Landmark | null> {
  let [low, high] = [0, from.trail.segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = await firstEnd(from, [middle, high]);
    if (found === null || found.micros > micros) high = middle;
    else low = middle + 1;
  }
  const range: Range = [Math.max(0, low - 2), from.trail.segments.length];
  for await (const landmark of landmarks(from, range)) if (isEnd(landmark) && landmark.micros > micros) return landmark;
  return null;
}

/** The newest end of a transaction; null when there is none. Reads few segments unless the server was idle. */
export async function lastEnd(from: ReadableTrail, before: bigint | null = null): Promise<Landmark | null> {
  const { length } = from.trail.segments;
  for (let count = 1; ; count *= 2) {
    let last: Landmark | null = null;
    for await (const landmark of landmarks(from, [Math.max(0, length - count), length])) {
      if (before !== null && landmark.position >= before) break;
      if (isEnd(landmark) && landmark.micros >= (last?.micros ?? 0n)) last = landmark;
    }
    if (last !== null || count >= length) return last;
  }
}

/** The newest end of a transaction that the backup holds; null when what is archived does not tell. */
export async function lastEndIn({ trail, ...reading }: ReadableTrail): Promise<Landmark | null> {
  const segments = [...trail.earlier, ...trail.segments.slice(0, 1)];
  return await lastEnd({ ...reading, trail: { ...trail, segments } }, trail.base.stop);
}

function isEnd({ kind }: Landmark): boolean {
  return kind !== "restore point";
}
