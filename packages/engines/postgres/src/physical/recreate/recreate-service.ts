import {
  type ArtifactSource,
  DbsaveError,
  type RecreatedService,
  type RecreateOrder,
  type RestorePlan,
  type RestoreReport,
  type RestoreRequest,
  type RunContext,
  type ServiceFacts,
} from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import { findServerTool } from "../../tools/find-tool.ts";
import { physicalContentsOf } from "../contents.ts";
import { unpackInside } from "../inside/unpack-inside.ts";
import { awaitRecovered } from "./await-recovered.ts";
import { makeStartable } from "./make-startable.ts";
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
  const { container, volume, advice } = await lookAt(locate, recreate, source, ctx);
  const steps = [
    `write ${source.manifest.id}${recovery === undefined ? "" : " and archived WAL"} into a new volume ${volume}_restored_<time>, by a throw-away container`,
    `stop ${container}, and keep it as ${container}_before_restore_<time>, with ${volume}`,
    `start ${container} with the same settings on the new volume, and wait until it has recovered and is healthy`,
    "on any failure start the old container again",
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
  const facts = await lookAt(locate, request.recreate, source, ctx);
  const { directory } = facts;
  const { serverMajor } = physicalContentsOf(source.manifest);
  const { signal } = ctx;
  await using replacement = await service.prepare(directory, signal);
  const { tools, volume } = replacement;
  await findServerTool("postgres", serverMajor, { tools, binDirectory: null, signal });
  const inside = { tools, signal };
  await unpackInside(inside, { directory, tablespaces: new Map() }, source, request.recovery, ctx);
  await makeStartable(inside, directory, source, request.recovery);
  const begun = performance.now();
  const switched = await replacement.switchOver((running) => awaitRecovered(running, directory, ctx), {
    signal,
    timeoutMs,
  });
  const downMs = Math.round(performance.now() - begun);
  const { container, keptContainer, health, value: reached } = switched;
  const recreated: RecreatedService = {
    container,
    volume,
    keptContainer,
    keptVolume: facts.volume,
    health,
    reached,
    downMs,
    removeCommands: [`docker rm ${keptContainer}`, `docker volume rm ${facts.volume}`],
    goBackCommands: [
      `docker stop ${container}`,
      `docker rename ${container} ${container}_restored`,
      `docker rename ${keptContainer} ${container}`,
      `docker start ${container}`,
    ],
    advice: facts.advice?.replace(`${facts.volume}_restored_<time>`, volume) ?? null,
  };
  return { target: container, movedAside: [keptContainer, facts.volume], details: { volume }, recreated };
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
