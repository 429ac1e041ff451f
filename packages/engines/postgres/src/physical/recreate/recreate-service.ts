import {
  type ArtifactSource,
  DbsaveError,
  type RecreatedService,
  type RecreateOrder,
  type Replacement,
  type RestorePlan,
  type RestoreReport,
  type RestoreRequest,
  type RunContext,
  type ServiceFacts,
} from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import { findServerTool } from "../../tools/find-tool.ts";
import { physicalContentsOf } from "../contents.ts";
import { awaitRecovered } from "./await-recovered.ts";
import { fillVolume } from "./fill-volume.ts";
import { serviceDirectory } from "./service-place.ts";

const defaultTimeoutMs = 60 * 60_000;

/** A request for a service to go on with what is restored. */
export type RecreateRequest = RestoreRequest & { readonly recreate: RecreateOrder };

type Locate = (signal: AbortSignal) => Promise<ParsedOptions>;

/** The request, when it is for a service. OPTIONS_INVALID when it names a place or a part as well. */
export function recreateRequest(request: RestoreRequest): RecreateRequest | null {
  const { recreate, into, select, start } = request;
  if (recreate === undefined) return null;
  if (into === undefined && select === undefined && start === undefined) return { ...request, recreate };
  throw new DbsaveError("OPTIONS_INVALID", "postgres: a service goes on with all of a backup, in a volume of its own", {
    hint: "Leave out the place, the selection and the start.",
  });
}

/** Looks at the container. Changes nothing. */
export async function planRecreate(
  locate: Locate,
  { recreate, recovery }: RecreateRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const { container, volume, newVolume, unused, advice } = await lookAt(locate, recreate, source, ctx);
  const steps = [
    `write ${source.manifest.id}${recovery === undefined ? "" : " and archived WAL"} into a new volume ${newVolume}, by a throw-away container`,
    `stop ${container}, and keep it as ${container}_before_restore_<time>, with ${volume}`,
    `start ${container} with the same settings on the new volume, and wait until it has recovered and is healthy`,
    "on any failure start the old container again",
    ...(unused.length === 0
      ? []
      : [`then you: docker volume rm ${unused.join(" ")}, of earlier restores, which no container uses`]),
    ...(advice === null ? [] : [`then you: ${advice}`]),
  ];
  return { target: container, steps, findings: [] };
}

/**
 * Restores into a new volume beside that of the service, by a throw-away container of its image that the files are streamed into, and makes the
 * service go on with it: same settings, same name. It is ready when it has recovered and its own check says healthy; until then the old container
 * is kept, and serves again on any failure. Nothing is deleted. The service is down from the stop of the old container on, not while files are written.
 */
export async function recreateService(
  locate: Locate,
  request: RecreateRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const { service, timeoutMs = defaultTimeoutMs } = request.recreate;
  const { directory, ...facts } = await lookAt(locate, request.recreate, source, ctx);
  const { serverMajor, timeline } = physicalContentsOf(source.manifest);
  const { recovery } = request;
  const { signal } = ctx;
  await using replacement = await service.prepare(directory, signal);
  const { tools } = replacement;
  await findServerTool("postgres", serverMajor, { tools, binDirectory: null, signal });
  await fillVolume({ tools, signal }, directory, source, recovery, ctx);
  ctx.report({ type: "note", message: whatIfKilled(facts, replacement) });
  const begun = performance.now();
  const left = recovery?.route.timeline ?? timeline;
  const { health, value } = await replacement.switchOver(
    async (running) => await awaitRecovered(running, { directory, left }, ctx),
    { signal, timeoutMs },
  );
  const { container, volume: keptVolume, newVolume, advice } = facts;
  const { volume, keptContainer, goBackCommands, removeCommands } = replacement;
  const recreated: RecreatedService = {
    container,
    volume,
    keptContainer,
    keptVolume,
    health,
    reached: value,
    downMs: Math.round(performance.now() - begun),
    removeCommands,
    goBackCommands,
    advice: advice?.replace(newVolume, volume) ?? null,
  };
  return { target: container, movedAside: [keptContainer, keptVolume], details: { volume }, recreated };
}

/** Nobody could tell it afterwards. */
function whatIfKilled({ container }: ServiceFacts, { volume, keptContainer, goBackCommands }: Replacement): string {
  const back = `when there is a ${keptContainer}, back to what was by ${goBackCommands.join(" && ")}`;
  return `${container} goes over to ${volume} now. If dbsave is killed meanwhile: docker start ${container}; or, ${back}`;
}

async function lookAt(
  locate: Locate,
  { service }: RecreateOrder,
  { manifest }: ArtifactSource,
  ctx: RunContext,
): Promise<ServiceFacts & { readonly directory: string }> {
  if (physicalContentsOf(manifest).tablespaces.length > 0)
    throw new DbsaveError("UNSUPPORTED", `postgres: ${manifest.id} has tablespaces, which are outside of one volume`, {
      hint: "Restore it into a directory with --into.",
    });
  const directory = await serviceDirectory(locate, service, ctx);
  return { ...(await service.look(directory, ctx.signal)), directory };
}
