import type { RunContext } from "@dbsave/core";
import type { ParsedOptions } from "../../../src/options.ts";
import { backupPhysical } from "../../../src/physical/backup-physical.ts";
import { defaultPhysical, type PhysicalSettings } from "../../../src/physical/options.ts";
import { memorySink, sourceOf, type Taken } from "../../support/taken.ts";

/** A physical backup in memory. */
export async function takePhysical(
  options: ParsedOptions,
  ctx: RunContext,
  settings: Partial<PhysicalSettings> = {},
): Promise<Taken> {
  const sink = memorySink();
  const facts = await backupPhysical(options, { ...defaultPhysical, ...settings }, sink, ctx);
  return { facts, artifacts: sink.stored, source: sourceOf(facts, sink.stored) };
}
