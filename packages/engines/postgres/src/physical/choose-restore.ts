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

/** What a restore of one kind does. */
export interface PhysicalRestore {
  plan(ctx: RunContext): Promise<RestorePlan>;
  run(ctx: RunContext): Promise<RestoreReport>;
}

/** A whole backup goes into a directory or a service, a part of it into a server. Touches nothing by itself. */
export function choosePhysicalRestore(
  { options, locate }: TargetServer,
  request: RestoreRequest,
  source: ArtifactSource,
): PhysicalRestore {
  const service = recreateRequest(request);
  if (service !== null)
    return {
      plan: (ctx) => planRecreate(locate, service, source, ctx),
      run: (ctx) => recreateService(locate, service, source, ctx),
    };
  const part = partRequest(request);
  if (part === null)
    return {
      plan: (ctx) => planDirectory(request, source, ctx),
      run: (ctx) => restoreDirectory(options, request, source, ctx),
    };
  refuseStart(source.manifest, request);
  return {
    plan: async (ctx) => await planPart(await locate(ctx.signal, request.into), part, source, ctx),
    run: async (ctx) => await restorePart(await locate(ctx.signal, request.into), part, source, ctx),
  };
}
