import type { LogReader, RecoveryWindow } from "@dbsave/core";
import { formatLsn } from "../../wal/lsn.ts";
import { lastEnd } from "./scan.ts";
import type { Trail } from "./trail.ts";

/** What can be recovered with a trail: its end is that of the last transaction in it. */
export async function windowOf(trail: Trail, log: LogReader, signal: AbortSignal): Promise<RecoveryWindow> {
  const { base, timeline, end, gap } = trail;
  const { id, consistentAt } = base.manifest;
  const last = await lastEnd({ trail, log, signal });
  const at = last === null || last.position < base.stop ? consistentAt : new Date(Number(last.micros / 1000n));
  return {
    source: base.systemIdentifier,
    timeline,
    from: { position: formatLsn(base.stop), at: consistentAt, backup: id },
    to: { position: formatLsn(end), at },
    gap,
  };
}

/** For people. */
export function describeWindow({ from, to, timeline, gap }: RecoveryWindow): string {
  const range = `${from.at.toISOString()} (${from.position}) to ${to.at.toISOString()} (${to.position})`;
  return `${range} on timeline ${timeline}${gap === null ? "" : `, where ${gap} is missing`}`;
}
