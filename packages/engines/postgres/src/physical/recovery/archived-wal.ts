import { buffer } from "node:stream/consumers";
import type { LogFile, LogReader } from "@dbsave/core";
import { parseHistory, type Stretch, stretchesOf } from "../../wal/history.ts";
import { walFileOf } from "../../wal/wal-file.ts";

/** What is archived of one cluster's WAL. */
export interface ArchivedWal {
  readonly systemIdentifier: string;
  /** By name. Not those under whose name different contents lie: nobody knows which are the right ones. */
  readonly segments: ReadonlyMap<string, LogFile>;
  /** By the name of the segment: the most that there is of one that may not be whole. */
  readonly beginnings: ReadonlyMap<string, Beginning>;
  /** By timeline. */
  readonly histories: ReadonlyMap<number, LogFile>;
  /** All that anything is archived of. */
  readonly timelines: ReadonlySet<number>;
}

/** What a receiver has archived of a segment before it was whole. */
interface Beginning {
  readonly file: LogFile;
  readonly bytes: number;
}

export function archivedWal(systemIdentifier: string, files: readonly LogFile[]): ArchivedWal {
  const [segments, histories] = [new Map<string, LogFile>(), new Map<number, LogFile>()];
  const beginnings = new Map<string, Beginning>();
  const [timelines, disputed] = [new Set<number>(), new Set<string>()];
  for (const file of files) {
    if (!file.folder.startsWith(`${systemIdentifier}/`)) continue;
    const known = walFileOf(file.name);
    if (known?.kind === "history" || known?.kind === "segment") timelines.add(known.timeline);
    if (known?.kind === "history") histories.set(known.timeline, file);
    if (known?.kind === "partial" && known.bytes !== null) {
      const { segment, bytes } = known;
      timelines.add(known.timeline);
      if (bytes > (beginnings.get(segment)?.bytes ?? 0)) beginnings.set(segment, { file, bytes });
    }
    if (known?.kind !== "segment") continue;
    const other = segments.get(file.name);
    if (other !== undefined && other.plainSha256 !== file.plainSha256) disputed.add(file.name);
    segments.set(file.name, file);
  }
  for (const name of disputed) segments.delete(name);
  return { systemIdentifier, segments, beginnings, histories, timelines };
}

/**
 * The way of the WAL to `timeline`. Where its history is not archived, because archiving began later or the timeline is the first, only
 * backups on it lead there.
 */
export async function wayTo(
  timeline: number,
  { histories }: ArchivedWal,
  log: Pick<LogReader, "open">,
): Promise<readonly Stretch[]> {
  const file = histories.get(timeline);
  if (file === undefined) return stretchesOf(timeline, []);
  return stretchesOf(timeline, parseHistory((await buffer(await log.open(file))).toString(), timeline));
}
