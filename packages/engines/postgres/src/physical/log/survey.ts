import {
  type Finding,
  isDbsaveError,
  type LogFile,
  type LogReader,
  type LogSurvey,
  type LogWatch,
  type Manifest,
  throwIfAborted,
} from "@dbsave/core";
import { historyName, type Stretch, stretchesOf } from "../../wal/history.ts";
import { isPhysical } from "../method.ts";
import { type ArchivedWal, archivedWal, wayTo } from "../recovery/archived-wal.ts";
import { type Base, baseOf } from "../recovery/trail.ts";
import { gapFindings } from "./gap-findings.ts";
import { type Reach, reachesAlong, windowOf, withoutInner } from "./reach.ts";

type Log = Pick<LogReader, "open">;

/** See `EngineLog.survey`: every timeline is followed from the backups that lead to it. */
export async function surveyWal(
  backups: readonly Manifest[],
  files: readonly LogFile[],
  log: Log,
  { signal, now }: LogWatch,
): Promise<LogSurvey> {
  const bases = backups.filter((manifest) => isPhysical(manifest)).map((manifest) => baseOf(manifest));
  const newest = bases.toSorted(byTime).at(-1);
  const clusters = new Set([...bases.map((base) => base.systemIdentifier), ...files.map(clusterOf)]);
  const windows: LogSurvey["windows"][number][] = [];
  const findings: Finding[] = [];
  for (const cluster of clusters) {
    throwIfAborted(signal, "postgres: survey of the archived WAL");
    const own = bases.filter(({ systemIdentifier }) => systemIdentifier === cluster).toSorted(byStop);
    const wal = archivedWal(cluster, files);
    const reaches: Reach[] = [];
    for (const timeline of timelinesOf(wal, own)) {
      const way = await readableWay(timeline, wal, log, findings);
      reaches.push(...reachesAlong(way, own, wal));
    }
    const outer = withoutInner(reaches);
    windows.push(...outer.map(windowOf));
    findings.push(...gapFindings({ wal, bases: own, reaches, outer, newest, files, now: now() }));
  }
  return { windows: windows.toSorted((a, b) => a.from.at.getTime() - b.from.at.getTime()), findings };
}

/** Of a history that cannot be read here, nothing is known but the timeline itself. */
async function readableWay(
  timeline: number,
  wal: ArchivedWal,
  log: Log,
  findings: Finding[],
): Promise<readonly Stretch[]> {
  try {
    return await wayTo(timeline, wal, log);
  } catch (error) {
    if (!isDbsaveError(error) || error.code === "ABORTED") throw error;
    const message = `cannot be read, so that what leads to this timeline is not known: ${error.message}`;
    findings.push({ severity: "warning", code: error.code, object: historyName(timeline), message });
    return stretchesOf(timeline, []);
  }
}

function timelinesOf({ timelines }: ArchivedWal, bases: readonly Base[]): readonly number[] {
  const all = new Set([...timelines, ...bases.map(({ timeline }) => timeline)]);
  return [...all].toSorted((a, b) => a - b);
}

function clusterOf({ folder }: LogFile): string {
  return folder.split("/")[0] ?? "";
}

function byTime(a: Base, b: Base): number {
  return a.manifest.consistentAt.getTime() - b.manifest.consistentAt.getTime();
}

function byStop(a: Base, b: Base): number {
  return a.stop < b.stop ? -1 : Number(a.stop > b.stop);
}
