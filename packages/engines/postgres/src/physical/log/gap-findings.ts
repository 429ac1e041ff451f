import type { Finding, LogFile } from "@dbsave/core";
import { formatLsn } from "../../wal/lsn.ts";
import { parseSegmentName, startOf } from "../../wal/segment.ts";
import type { ArchivedWal } from "../recovery/archived-wal.ts";
import type { Base } from "../recovery/trail.ts";
import type { Reach } from "./reach.ts";

/** One cluster, as the survey found it. */
export interface SurveyedCluster {
  readonly wal: ArchivedWal;
  readonly bases: readonly Base[];
  /** On the ways to all timelines, the newest last. */
  readonly reaches: readonly Reach[];
  readonly outer: readonly Reach[];
  /** Of all clusters. */
  readonly newest: Base | undefined;
  readonly files: readonly LogFile[];
  readonly now: Date;
}

/** Several files are archived side by side, and a backup is listed before its WAL: what is missing for less is on its way. */
const graceMs = 10 * 60_000;

const takeBackup = "Take a physical backup: from its end on everything is recoverable again.";

/** What keeps the newest state from being recovered as errors, older gaps as warnings. */
export function* gapFindings(cluster: SurveyedCluster): Generator<Finding> {
  const { wal, bases, reaches, outer, newest, now } = cluster;
  const { systemIdentifier, segments } = wal;
  const lastArchived = [...segments.values()].reduce<Date>(
    (last, { archivedAt }) => (archivedAt > last ? archivedAt : last),
    new Date(0),
  );
  const isCurrent =
    newest === undefined || newest.systemIdentifier === systemIdentifier || lastArchived > newest.manifest.startedAt;
  const timeline = Math.max(0, ...wal.timelines, ...bases.map((base) => base.timeline));
  const last = reaches.findLast((reach) => reach.timeline === timeline);
  if (isCurrent && segments.size > 0 && last === undefined) {
    const message = `of timeline ${timeline} WAL is archived, but no physical backup that leads there: none of it can be recovered`;
    yield { ...incomplete, severity: "error", object: systemIdentifier, message, fix: takeBackup };
  }
  for (const reach of outer) {
    if (reach.gap === null) continue;
    const isLast = isCurrent && reach.gap === last?.gap;
    const message = `${problemOf(reach.gap, cluster)}: recovery from ${reach.base.manifest.id} ends at ${formatLsn(reach.end)}`;
    const finding = { ...incomplete, object: reach.gap, message };
    if (now.getTime() - missedSince(reach, wal).getTime() < graceMs) yield { ...finding, severity: "info" };
    else if (isLast)
      yield { ...finding, severity: "error", message: `${message}, what came later is lost`, fix: takeBackup };
    else yield { ...finding, severity: "warning" };
  }
}

const incomplete = { code: "LOG_INCOMPLETE" } as const;

/** When the first file after the gap was archived. */
function missedSince({ base, end }: Reach, { segments }: ArchivedWal): Date {
  const later = [...segments.values()].filter(({ name }) => {
    const segment = parseSegmentName(name, base.walSegmentBytes);
    return (
      segment !== null && segment.timeline >= base.timeline && startOf(segment.number, base.walSegmentBytes) >= end
    );
  });
  return new Date(Math.min(...later.slice(0, 1_000).map(({ archivedAt }) => archivedAt.getTime())));
}

function problemOf(name: string, { wal, files }: SurveyedCluster): string {
  const named = files.filter((file) => file.name === name && file.folder.startsWith(`${wal.systemIdentifier}/`));
  return named.length === 0 ? "is missing" : "was archived with different contents";
}
