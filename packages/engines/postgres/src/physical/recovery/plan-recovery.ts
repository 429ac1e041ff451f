import { DbsaveError, type LogReader, type Manifest, type RecoveryRoute, type RecoveryTarget } from "@dbsave/core";
import { historyName } from "../../wal/history.ts";
import { reachesAlong } from "../log/reach.ts";
import { isPhysical } from "../method.ts";
import { type ArchivedWal, archivedWal, wayTo } from "./archived-wal.ts";
import { findStop } from "./find-stop.ts";
import { checkTarget, describeTarget } from "./target.ts";
import { type Base, baseOf, leadsAlong, segmentsTo, trailOf } from "./trail.ts";
import { describeWindow, windowOf } from "./window.ts";

/** The clocks of a server and of who takes its backups may differ by so much. */
const clockToleranceMs = 3_600_000;

type Reading = readonly [log: LogReader, signal: AbortSignal];

/**
 * The newest backup that leads to the target, and the archived files that are needed beside it: the histories of all timelines, so that
 * the recovered server takes a number that none has, and the segments from the end of the backup to the one in
 * which the server finds that it is there. OPTIONS_INVALID for a target that is none. RECOVERY_UNREACHABLE otherwise.
 */
export async function planRecovery(
  to: RecoveryTarget,
  backups: readonly Manifest[],
  ...reading: Reading
): Promise<RecoveryRoute> {
  checkTarget(to);
  const bases = backups.filter((manifest) => isPhysical(manifest)).map((manifest) => baseOf(manifest));
  const files = await reading[0].list();
  const systems = [...new Set(bases.toReversed().map(({ systemIdentifier }) => systemIdentifier))];
  let refusal = unreachable(to, "there is no physical backup", []);
  for (const system of systems) {
    const ofSystem = bases.filter(({ systemIdentifier }) => systemIdentifier === system);
    const found = await planOn(to, ofSystem, archivedWal(system, files), ...reading);
    if (!(found instanceof Error)) return found;
    if (system === systems[0]) refusal = found;
    if (to.kind !== "time") break; // positions and numbers mean something else in another cluster
  }
  throw refusal;
}

/** Of one cluster's backups, oldest first. What is returned instead is why there is none. */
async function planOn(
  to: RecoveryTarget,
  bases: readonly Base[],
  wal: ArchivedWal,
  ...[log, signal]: Reading
): Promise<RecoveryRoute | DbsaveError> {
  const timeline = to.timeline ?? newestTimeline(to, bases, wal);
  const way = await wayTo(timeline, wal, log);
  const leading = bases.filter((base) => leadsAlong(base, way));
  if (leading.length === 0) return unreachable(to, unled(timeline, wal), []);
  let until: bigint | null = null;
  for (const base of leading.filter(({ manifest }) => wasThere(manifest, to)).toReversed()) {
    const trail = trailOf(base, way, wal);
    const stop = trail === null ? "before" : await findStop(to, { trail, log, signal }, until);
    if (stop === "after") break;
    if (trail !== null && stop !== "before") {
      const files = [...wal.histories.values(), ...(stop.end > base.stop ? segmentsTo(stop.end, trail) : [])];
      return { backup: base.manifest, to, timeline, files, window: await windowOf(trail, log, signal) };
    }
    until = base.stop;
  }
  const reaches = reachesAlong(way, leading, wal);
  const windows = await Promise.all(reaches.map((reach) => windowOf(reach, log, signal)));
  return unreachable(to, "it is not in what is archived", windows.map(describeWindow));
}

function unled(timeline: number, { histories }: ArchivedWal): string {
  const isKnown = timeline === 1 || histories.has(timeline);
  return `no backup leads to timeline ${timeline}${isKnown ? "" : `, ${historyName(timeline)} is not archived`}`;
}

/** Whether a backup can be from before the target. */
function wasThere({ startedAt }: Manifest, to: RecoveryTarget): boolean {
  return to.kind !== "time" || startedAt.getTime() <= to.time.getTime() + clockToleranceMs;
}

/** A backup alone needs no other timeline than its own. */
function newestTimeline({ kind }: RecoveryTarget, bases: readonly Base[], wal: ArchivedWal): number {
  if (kind === "immediate") return bases.at(-1)?.timeline ?? 1;
  return Math.max(...wal.timelines, ...bases.map(({ timeline }) => timeline));
}

function unreachable(to: RecoveryTarget, why: string, windows: readonly string[]): DbsaveError {
  return new DbsaveError("RECOVERY_UNREACHABLE", `postgres: recovery to ${describeTarget(to)}: ${why}`, {
    hint:
      windows.length === 0
        ? "Take a physical backup, or choose another timeline: --timeline."
        : `What can be reached: ${windows.join("; ")}.${to.kind === "time" ? " All of it: --at latest." : ""}`,
  });
}
