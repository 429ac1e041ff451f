import type { ArtifactSource, RestorePlan, RestoreReport, RestoreRequest, RunContext } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import { planPhysicalRestore } from "../restore/plan-physical.ts";
import { restorePhysical } from "../restore/restore-physical.ts";
import { isStarted, startDirectory, startStep } from "./start-directory.ts";

/** A data directory, and a server on it where one is asked for. */
export async function planDirectory(
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const plan = await planPhysicalRestore(request, source, ctx);
  return isStarted(request) ? { ...plan, steps: [...plan.steps, startStep(plan.target, request.start)] } : plan;
}

/** As `restorePhysical`. A server that does not come up is an error, and what was restored stays. */
export async function restoreDirectory(
  options: ParsedOptions,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  if (isStarted(request) && request.into !== undefined) startStep(request.into, request.start);
  const report = await restorePhysical(request, source, ctx);
  if (!isStarted(request)) return report;
  ctx.report({ type: "note", message: `${report.target} is restored; a server is started on it` });
  return { ...report, started: await startDirectory(options, report.target, request, source.manifest, ctx) };
}
