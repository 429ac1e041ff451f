import type { RunContext } from "@dbsave/core";
import type { ParsedOptions } from "../../../src/options.ts";
import { backupPhysical, type PhysicalOrder } from "../../../src/physical/backup-physical.ts";
import { memorySink, sourceOf, type Taken } from "../../support/taken.ts";

export const defaults: PhysicalOrder = {
  checkpoint: "fast",
  maxBytesPerSecond: null,
  workers: 2,
  checkFiles: true,
  compression: { level: 3, workers: 2 },
};

/** A physical backup in memory. */
export async function takePhysical(
  options: ParsedOptions,
  ctx: RunContext,
  settings: Partial<PhysicalOrder> = {},
): Promise<Taken> {
  const sink = memorySink();
  const facts = await backupPhysical(options, { ...defaults, ...settings }, sink, ctx);
  return { facts, artifacts: sink.stored, source: sourceOf(facts, sink.stored) };
}
