import { buffer } from "node:stream/consumers";
import { DbsaveError, type LogFile, type LogReader } from "@dbsave/core";
import { historyName, parseHistory, type Stretch, stretchesOf } from "../../wal/history.ts";
import { walFileOf } from "../../wal/wal-file.ts";

/** What is archived of one cluster's WAL. */
export interface ArchivedWal {
  readonly systemIdentifier: string;
  /** By name. Not those under whose name different contents lie: nobody knows which are the right ones. */
  readonly segments: ReadonlyMap<string, LogFile>;
  /** By timeline. */
  readonly histories: ReadonlyMap<number, LogFile>;
  /** All that anything is archived of. */
  readonly timelines: ReadonlySet<number>;
}

export function archivedWal(systemIdentifier: string, files: readonly LogFile[]): ArchivedWal {
  const [segments, histories] = [new Map<string, LogFile>(), new Map<number, LogFile>()];
  const [timelines, disputed] = [new Set<number>(), new Set<string>()];
  for (const file of files) {
    if (!file.folder.startsWith(`${systemIdentifier}/`)) continue;
    const known = walFileOf(file.name);
    if (known?.kind === "history" || known?.kind === "segment") timelines.add(known.timeline);
    if (known?.kind === "history") histories.set(known.timeline, file);
    if (known?.kind !== "segment") continue;
    const other = segments.get(file.name);
    if (other !== undefined && other.plainSha256 !== file.plainSha256) disputed.add(file.name);
    segments.set(file.name, file);
  }
  for (const name of disputed) segments.delete(name);
  return { systemIdentifier, segments, histories, timelines };
}

/** The way of the WAL to `timeline`. RECOVERY_UNREACHABLE when its history is not archived. */
export async function wayTo(timeline: number, wal: ArchivedWal, log: LogReader): Promise<readonly Stretch[]> {
  const file = wal.histories.get(timeline);
  if (file !== undefined)
    return stretchesOf(timeline, parseHistory((await buffer(await log.open(file))).toString(), timeline));
  if (timeline === 1) return stretchesOf(1, []);
  throw new DbsaveError(
    "RECOVERY_UNREACHABLE",
    `postgres: timeline ${timeline}: ${historyName(timeline)} is not archived, and without it nothing leads there`,
    { hint: "Recover on another timeline: --timeline." },
  );
}
