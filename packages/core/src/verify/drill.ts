import { createHash } from "node:crypto";
import type { Proof } from "../catalog/proof.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Recovery, RecoveryWindow } from "../contracts/log.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { checkLog } from "../pipeline/check-log.ts";
import { planRecovery } from "../pipeline/plan-recovery.ts";
import { runWith } from "../run/context.ts";
import { type VerifyOptions, verify } from "./verify.ts";

export interface DrillOptions extends Omit<VerifyOptions, "manifest" | "level" | "drill"> {
  readonly target: string;
  /** A whole number: the same one chooses the same moment of the same windows. By the clock when absent. */
  readonly seed?: number;
}

/** In the last minutes of a window nothing may have been committed, and nobody can say that a moment in them was reached. */
const attempts = 20;

/**
 * Recovers a scratch instance to a moment that is chosen at random among all that can be reached, reads everything in it, and records the result as
 * a proof of the backup that it began with. A log that does not lead there makes it `inconclusive`: that says nothing of the backup.
 * RECOVERY_UNREACHABLE when there is no moment beyond those of the backups, UNSUPPORTED for an engine without a log, and the codes of `verify`.
 */
export async function drill(engine: Engine, options: DrillOptions): Promise<Proof> {
  const { seed = runWith(options).now().getTime() % 2 ** 31 } = options;
  const windows = await windowsOf(engine, options);
  const { recovery, requested } = await choose(engine, options, windows, seed);
  const { backup: manifest } = recovery.route;
  return await verify(engine, { ...options, manifest, level: "restore", drill: { recovery, requested, seed } });
}

async function windowsOf(engine: Engine, options: DrillOptions): Promise<readonly RecoveryWindow[]> {
  if (engine.log === undefined)
    throw new DbsaveError("UNSUPPORTED", `${engine.name}: no recovery beyond the moment of a backup`);
  const { windows } = await checkLog(engine.log, options);
  const wide = windows.filter((window) => lengthOf(window) > 0);
  if (wide.length > 0) return wide;
  throw new DbsaveError("RECOVERY_UNREACHABLE", `${options.target}: no log is archived beyond a backup`, {
    hint: "Archive the log of the server; see `dbsave doctor`.",
  });
}

async function choose(
  engine: Engine,
  options: DrillOptions,
  windows: readonly RecoveryWindow[],
  seed: number,
): Promise<{ readonly recovery: Recovery; readonly requested: Date }> {
  let refusal: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const requested = momentAt(windows, fraction(seed, attempt));
    try {
      return { recovery: await planRecovery(engine, { ...options, to: { kind: "time", time: requested } }), requested };
    } catch (error) {
      if (!isDbsaveError(error, "RECOVERY_UNREACHABLE")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** From 0 to 1, exclusive. */
function fraction(seed: number, attempt: number): number {
  return createHash("sha256").update(`${seed} ${attempt}`).digest().readUInt32BE() / 2 ** 32;
}

/** The windows laid end to end, so that every moment is as likely as any other. */
function momentAt(windows: readonly RecoveryWindow[], where: number): Date {
  let left = where * windows.reduce((sum, window) => sum + lengthOf(window), 0);
  for (const window of windows) {
    const length = lengthOf(window);
    if (left < length) return new Date(window.from.at.getTime() + Math.floor(left));
    left -= length;
  }
  throw new DbsaveError("INTERNAL", "a drill: no moment was chosen");
}

function lengthOf({ from, to }: RecoveryWindow): number {
  return Math.max(0, to.at.getTime() - from.at.getTime());
}
