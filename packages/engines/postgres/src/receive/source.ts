import { DbsaveError } from "@dbsave/core";
import type { Walsender } from "../physical/protocol/walsender.ts";
import { historyName, parseHistory, type Stretch, stretchesOf } from "../wal/history.ts";
import { parseLsn } from "../wal/lsn.ts";

/** The server that WAL comes from, as it is at the moment. */
export interface Source {
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** How far its WAL goes. */
  readonly position: bigint;
  readonly segmentBytes: number;
  /** How its WAL came here: timelines with their ends. */
  readonly way: readonly Stretch[];
  /** Null: it keeps what a slot needs, whatever there is of it. */
  readonly slotKeepsBytes: number | null;
  /** For how long it waits for a word from us; null: for ever. */
  readonly timeoutMs: number | null;
}

/** One session for replication; a few catalog queries. */
export async function readSource(walsender: Walsender): Promise<Source> {
  const [system] = await walsender.ask("IDENTIFY_SYSTEM");
  const [settings] = await walsender.ask(settingsSql);
  const { systemid, timeline, xlogpos } = system ?? {};
  if (!systemid || !timeline || !xlogpos || !settings)
    throw new DbsaveError("INTERNAL", "postgres: IDENTIFY_SYSTEM: the server does not say what it is");
  const current = Number(timeline);
  const history = await readHistory(walsender, current);
  const megabytes = Number(settings["keep"]);
  const timeoutMs = Number(settings["timeout"]);
  return {
    systemIdentifier: systemid,
    timeline: current,
    position: parseLsn(xlogpos),
    segmentBytes: Number(settings["segment"]),
    way: stretchesOf(current, parseHistory(history?.text.toString() ?? "", current)),
    slotKeepsBytes: megabytes < 0 ? null : megabytes * 2 ** 20,
    timeoutMs: timeoutMs === 0 ? null : timeoutMs,
  };
}

/** The file that tells where a timeline comes from, as it is in `pg_wal`; null for the first one, which has none. */
export async function readHistory(
  walsender: Walsender,
  timeline: number,
): Promise<{ readonly name: string; readonly text: Buffer } | null> {
  if (timeline === 1) return null;
  const [file] = await walsender.ask(`TIMELINE_HISTORY ${timeline}`);
  return { name: historyName(timeline), text: Buffer.from(file?.["content"] ?? "") };
}

const settingsSql = `
  SELECT max(setting) FILTER (WHERE name = 'wal_segment_size') AS segment,
    max(setting) FILTER (WHERE name = 'max_slot_wal_keep_size') AS keep,
    max(setting) FILTER (WHERE name = 'wal_sender_timeout') AS timeout
  FROM pg_catalog.pg_settings`;
