import type { Readable } from "node:stream";
import { DbsaveError, type Switched, type SwitchedService, type SwitchOptions } from "@dbsave/core";
import type Docker from "dockerode";
import { toolsInContainer } from "../docker/container-tools.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { linesOf } from "../docker/log-lines.ts";
import { createLike } from "./create-like.ts";
import type { OldService } from "./old-service.ts";
import { untilHealthy } from "./until-healthy.ts";

interface NewData extends OldService {
  readonly volume: string;
  /** Of the data, `uid:gid`. */
  readonly owner: string;
}

/** The containers of a switch. */
interface Both {
  readonly old: Docker.Container;
  /** The old one as it was a moment before. */
  readonly was: Docker.ContainerInspectInfo;
  readonly made: Docker.Container;
}

/** See `Replacement.switchOver`. */
export async function switchOver<T>(
  service: NewData,
  untilReady: (service: SwitchedService) => Promise<T>,
  { signal: outer, timeoutMs }: SwitchOptions,
): Promise<Switched<T>> {
  const { place, stamp, volume } = service;
  const name = place.facts.container;
  const both = await makeBeside(service);
  try {
    await exchange(both, service);
    const signal = AbortSignal.any([outer, AbortSignal.timeout(timeoutMs)]);
    return await follow(both, service, untilReady, signal);
  } catch (cause) {
    const error = failureOf(service, cause);
    const failed = `${name}_failed_restore_${stamp}`;
    await rollBack(both, failed).catch((left: unknown) => {
      throw notBack(error, left, both);
    });
    const hint = `The old container serves again on its own volume. For a look, container ${failed} and volume ${volume} are kept.`;
    throw new DbsaveError(error.code, error.message, { cause, hint: error.hint ? `${error.hint} ${hint}` : hint });
  }
}

/** The new container beside the old one, which was not touched. TARGET_BUSY when that is another one by now. */
async function makeBeside(service: NewData): Promise<Both> {
  const { engine, found, place, stamp, volume } = service;
  const { facts, destination } = place;
  try {
    const docker = await engine.docker();
    const old = docker.getContainer(found.Id);
    const was = await old.inspect();
    if (was.Name !== found.Name)
      throw new DbsaveError("TARGET_BUSY", `docker: container ${facts.container}: it was renamed meanwhile`);
    const made = await createLike(docker, was, { name: `${facts.container}_restored_${stamp}`, destination, volume });
    return { old, was, made };
  } catch (cause) {
    const { code, message } = failureOf(service, cause);
    throw new DbsaveError(code, message, {
      cause,
      hint: `Nothing was stopped. What was restored is in volume ${volume}.`,
    });
  }
}

/** At any moment one of them at most is started with the engine. */
async function exchange({ old, made }: Both, { place, keptContainer }: NewData): Promise<void> {
  await stop(old);
  await old.rename({ name: keptContainer });
  await made.rename({ name: place.facts.container });
  await old.update({ RestartPolicy: { Name: "no" } });
  await made.start();
}

async function follow<T>(
  { made }: Both,
  { engine, place, found, owner }: NewData,
  untilReady: (service: SwitchedService) => Promise<T>,
  signal: AbortSignal,
): Promise<Switched<T>> {
  const { container } = place.facts;
  const log = (await made.logs({ follow: true, stdout: true, stderr: true })) as unknown as Readable;
  try {
    const query = { text: `container ${container}`, name: made.id };
    const tools = toolsInContainer({ engine, query, user: owner, killAfterMs: 1000 });
    const value = await untilReady({ tools, lines: linesOf(log, found.Config.Tty), signal });
    return { value, health: await untilHealthy(made, container, signal) };
  } finally {
    log.destroy();
  }
}

/** Whatever was reached. */
async function rollBack({ old, was, made }: Both, failed: string): Promise<void> {
  await made.update({ RestartPolicy: { Name: "no" } });
  await stop(made);
  await made.rename({ name: failed });
  if ((await old.inspect()).Name !== was.Name) await old.rename({ name: was.Name.slice(1) });
  const { RestartPolicy } = was.HostConfig;
  if (RestartPolicy !== undefined) await old.update({ RestartPolicy });
  if (was.State.Running) await old.start().catch(unlessUnchanged);
}

function failureOf({ engine, place }: OldService, error: unknown): DbsaveError {
  return dockerFailure(error, `container ${place.facts.container}`, engine.address);
}

/** Then somebody has to act. */
function notBack(first: DbsaveError, left: unknown, { was }: Both): DbsaveError {
  const name = was.Name.slice(1);
  const why = left instanceof Error ? left.message.trim() : String(left);
  const message = `${first.message}; and going back to the old container failed: ${why}`;
  return new DbsaveError("RESTORE_FAILED", message, {
    cause: first,
    hint: `Its id is ${was.Id}: when no other container has the name, docker rename it to ${name} and docker start it.`,
  });
}

async function stop(container: Docker.Container): Promise<void> {
  await container.stop().catch(unlessUnchanged);
}

/** 304: it is what it shall be. */
function unlessUnchanged(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
