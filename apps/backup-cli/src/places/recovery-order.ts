import { DbsaveError, type RecoveryTarget } from "@dbsave/core";
import type { Options } from "yargs";
import { parseMoment } from "./local-time.ts";

/** Where a recovery by the archived log ends, and what of its places is not where it was. */
export const recoveryOptions = {
  at: {
    type: "string",
    requiresArg: true,
    describe: "Recover to this time by the archived log: '2026-11-20 14:30:00+01' [the target's time zone], or latest",
  },
  lsn: { type: "string", requiresArg: true, describe: "Recover to this position of the log: 16/B374D848" },
  xid: { type: "string", requiresArg: true, describe: "Recover to the end of this transaction" },
  "restore-point": { type: "string", requiresArg: true, describe: "Recover to this named restore point" },
  immediate: { type: "boolean", describe: "Recover no further than a physical backup needs" },
  timeline: { type: "number", requiresArg: true, describe: "Recover on this timeline [the newest]" },
  tablespace: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "OLD=NEW: another directory for a tablespace of a physical backup; repeatable",
  },
} as const satisfies Record<string, Options>;

export interface RecoveryArguments {
  readonly at?: string | undefined;
  readonly lsn?: string | undefined;
  readonly xid?: string | undefined;
  readonly restorePoint?: string | undefined;
  readonly immediate?: boolean | undefined;
  readonly timeline?: number | undefined;
}

/**
 * Undefined when no recovery is asked for. A timeline alone is the whole of it. USAGE for two ends at once, and for a time
 * that is none in `timeZone`.
 */
export function recoveryTarget(args: RecoveryArguments, timeZone: string): RecoveryTarget | undefined {
  const { at, lsn, xid, restorePoint, immediate, timeline } = args;
  const ends: RecoveryTarget[] = [];
  if (at === "latest") ends.push({ kind: "latest" });
  else if (at !== undefined) ends.push({ kind: "time", time: parseMoment(at, timeZone) });
  if (lsn !== undefined) ends.push({ kind: "position", position: lsn });
  if (xid !== undefined) ends.push({ kind: "transaction", transaction: xid });
  if (restorePoint !== undefined) ends.push({ kind: "name", name: restorePoint });
  if (immediate === true) ends.push({ kind: "immediate" });
  if (ends.length === 0 && timeline !== undefined) ends.push({ kind: "latest" });
  const [end, other] = ends;
  if (other !== undefined)
    throw new DbsaveError("USAGE", "a recovery has one end", {
      hint: "Give one of --at, --lsn, --xid, --restore-point, --immediate.",
    });
  return end && (timeline === undefined ? end : { ...end, timeline });
}

/** USAGE for what is not OLD=NEW. */
export function movedTablespaces(moves: readonly string[] | undefined): ReadonlyMap<string, string> | undefined {
  if (moves === undefined) return undefined;
  const pairs = moves.map((move): readonly [string, string] => {
    const [, from, to] = /^(\/[^=]*)=(\/.*)$/.exec(move) ?? [];
    if (from !== undefined && to !== undefined) return [from, to];
    throw new DbsaveError("USAGE", `--tablespace ${move}: not two absolute paths`, {
      hint: "Write it like --tablespace /mnt/fast=/srv/fast",
    });
  });
  return new Map(pairs);
}
