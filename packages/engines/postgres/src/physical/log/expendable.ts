import type { LogFile, Manifest } from "@dbsave/core";
import { isPhysical } from "../method.ts";
import { basesFor } from "./bases-for.ts";
import { type Archived, archivedOf, beginningOf, type Need, needOf } from "./need.ts";

/**
 * See `EngineLog.expendable`. Positions and timelines only grow along the WAL, so that names tell enough: a file is of use to a
 * backup when it ends behind the backup's beginning and is not of an earlier timeline. Histories stay: servers look for them
 * when they choose the number of a new timeline. A cluster of which no backup is kept has had its time when all its files are
 * older than the oldest kept backup.
 */
export function expendableWal(
  kept: readonly Manifest[],
  files: readonly LogFile[],
  since: Date | null,
): readonly LogFile[] {
  const bases = kept.filter(isPhysical).map(needOf);
  if (bases.length === 0) return [];
  const oldest = Math.min(...bases.map(({ startedAt }) => startedAt.getTime()));
  const byCluster = Map.groupBy(bases, ({ systemIdentifier }) => systemIdentifier);
  const clusters = Map.groupBy(files.flatMap(archivedOf), ({ systemIdentifier }) => systemIdentifier);
  return [...clusters].flatMap(([cluster, all]) => {
    const own = byCluster.get(cluster);
    if (own === undefined) return all.every(({ file }) => file.archivedAt.getTime() < oldest) ? all.map(fileOf) : [];
    const needs = since === null ? own : basesFor(since, own, all);
    return all.filter((one) => !needs.some((need) => isNeeded(one, need))).map(fileOf);
  });
}

function isNeeded(archived: Archived, { timeline, from, segmentBytes }: Need): boolean {
  const beginning = beginningOf(archived, segmentBytes);
  if (beginning === null) return true;
  return archived.wal.timeline >= timeline && beginning + BigInt(segmentBytes) > from;
}

function fileOf({ file }: Archived): LogFile {
  return file;
}
