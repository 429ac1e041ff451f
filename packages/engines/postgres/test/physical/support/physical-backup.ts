import type { RunContext, ScratchInstance } from "@dbsave/core";
import { postgres } from "../../../src/index.ts";
import { type ParsedOptions, parseOptions } from "../../../src/options.ts";
import { backupPhysical, type PhysicalOrder } from "../../../src/physical/backup-physical.ts";
import { physicalScratch } from "../../../src/physical/scratch/physical-scratch.ts";
import { memorySink, sourceOf, type Taken } from "../../support/taken.ts";

export const defaults: PhysicalOrder = {
  checkpoint: "fast",
  maxBytesPerSecond: null,
  workers: 2,
  checkFiles: true,
  compression: { level: 3, workers: 2 },
};

export function scratchOf(options: ParsedOptions = parseOptions({})): ScratchInstance {
  const open = ({ host, port, user, database }: ParsedOptions) => postgres({ host, port, user, database });
  return physicalScratch(options, open(options), open);
}

/** A physical backup in memory. */
export async function takePhysical(
  options: ParsedOptions,
  ctx: RunContext,
  settings: Partial<PhysicalOrder> = {},
): Promise<Taken> {
  const sink = memorySink();
  const facts = await backupPhysical(options, { ...defaults, ...settings }, sink, ctx);
  const upon = facts.kind === "full" ? undefined : settings.parent;
  return { facts, artifacts: sink.stored, source: sourceOf(facts, sink.stored, upon) };
}
