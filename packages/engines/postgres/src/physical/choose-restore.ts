import type { ArtifactSource, RestorePlan, RestoreReport, RestoreRequest, RunContext } from "@dbsave/core";
import type { ParsedOptions } from "../options.ts";
import { refuseStart } from "./method.ts";
import { partRequest, planPart, restorePart } from "./part/restore-part.ts";
import { planRecreate, recreateRequest, recreateService } from "./recreate/recreate-service.ts";
import { planDirectory, restoreDirectory } from "./start/restore-directory.ts";

/** The server of a target, which need not be there when a whole backup is restored. */
export interface TargetServer {
  readonly options: ParsedOptions;
  /** With the address that the server has now, or that of the place that is asked for. */
  readonly locate: (signal: AbortSignal, place?: string) => Promise<ParsedOptions>;
}

/** A whole backup goes into a directory or a service, a part of it into a server. Changes nothing. */
export async function planPhysical(
  { locate }: TargetServer,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const service = recreateRequest(request);
  if (service !== null) return await planRecreate(locate, service, source, ctx);
  const part = partRequest(request);
  if (part === null) return await planDirectory(request, source, ctx);
  refuseStart(source.manifest, request);
  return await planPart(await locate(ctx.signal, request.into), part, source, ctx);
}

/** As `planPhysical` says. */
export async function restoreByPlan(
  { options, locate }: TargetServer,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const service = recreateRequest(request);
  if (service !== null) return await recreateService(locate, service, source, ctx);
  const part = partRequest(request);
  if (part === null) return await restoreDirectory(options, request, source, ctx);
  refuseStart(source.manifest, request);
  return await restorePart(await locate(ctx.signal, request.into), part, source, ctx);
}
