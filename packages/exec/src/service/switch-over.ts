import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { DbsaveError, type Switched, type SwitchedService, type SwitchOptions } from "@dbsave/core";
import type Docker from "dockerode";
import { toolsInContainer } from "../docker/container-tools.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { linesOf } from "../docker/log-lines.ts";
import type { OldService } from "./old-service.ts";
import { endpointsOf, sameSettings } from "./same-settings.ts";

interface NewData extends OldService {
  readonly volume: string;
  /** Of the data, `uid:gid`. */
  readonly owner: string;
}

const lookEveryMs = 250;

/** See `Replacement.switchOver`. */
export async function switchOver<T>(
  service: NewData,
  untilReady: (service: SwitchedService) => Promise<T>,
  { signal: outer, timeoutMs }: SwitchOptions,
): Promise<Switched<T>> {
  const { engine, found, stamp, volume, owner } = service;
  const docker = await engine.docker();
  const name = found.Name.replace(/^\//, "");
  const keptContainer = `${name}_before_restore_${stamp}`;
  const old = docker.getContainer(found.Id);
  const signal = AbortSignal.any([outer, AbortSignal.timeout(timeoutMs)]);
  let made: Docker.Container | undefined;
  try {
    await old.update({ RestartPolicy: { Name: "no" } }); // or the engine starts it beside the new one
    await stop(old);
    await old.rename({ name: keptContainer });
    made = await createLike(docker, service);
    await made.start();
    const log = (await made.logs({ follow: true, stdout: true, stderr: true })) as unknown as Readable;
    try {
      const query = { text: `container ${name}`, name: made.id };
      const tools = toolsInContainer({ engine, query, user: owner, killAfterMs: 1000 });
      const value = await untilReady({ tools, lines: linesOf(log, found.Config.Tty), signal });
      return { value, container: name, keptContainer, health: await untilHealthy(made, name, signal) };
    } finally {
      log.destroy();
    }
  } catch (cause) {
    const failed = made === undefined ? null : `${name}_failed_restore_${stamp}`;
    await rollBack(old, found, made, failed);
    const error = dockerFailure(cause, `container ${name}`, engine.address);
    const left = failed === null ? `volume ${volume}` : `container ${failed} and volume ${volume}`;
    const hint = `The old container serves again on its own volume. For a look, ${left} are kept.`;
    throw new DbsaveError(error.code, error.message, { cause, hint: error.hint ? `${error.hint} ${hint}` : hint });
  }
}

/** The container with its first network, to which the others are added before it starts. */
async function createLike(docker: Docker, { found, place, volume }: NewData): Promise<Docker.Container> {
  const { destination } = place;
  const image = await imageName(docker, found);
  const [first, ...others] = endpointsOf(found);
  const isShared = /^(?:host|none|container:)/.test(found.HostConfig.NetworkMode ?? "");
  const container = await docker.createContainer({
    ...sameSettings(found, { destination, volume, image }),
    ...(first === undefined || isShared ? {} : { NetworkingConfig: { EndpointsConfig: Object.fromEntries([first]) } }),
  });
  for (const [network, EndpointConfig] of isShared ? [] : others)
    await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig });
  return container;
}

/** By name as long as that means the same image. */
async function imageName(docker: Docker, { Image, Config }: Docker.ContainerInspectInfo): Promise<string> {
  const named = await docker
    .getImage(Config.Image)
    .inspect()
    .catch(() => undefined);
  return named?.Id === Image ? Config.Image : Image;
}

async function untilHealthy(
  container: Docker.Container,
  name: string,
  signal: AbortSignal,
): Promise<Switched<unknown>["health"]> {
  for (;;) {
    const { State } = await container.inspect();
    if (!State.Running) throw new DbsaveError("TOOL_FAILED", `docker: container ${name}: it has ended`);
    if (State.Health === undefined || State.Health.Status === "none") return "unchecked";
    if (State.Health.Status === "healthy") return "healthy";
    if (State.Health.Status === "unhealthy") {
      const said = State.Health.Log?.at(-1)?.Output.trim() ?? "";
      throw new DbsaveError("RESTORE_FAILED", `docker: container ${name}: it is unhealthy: ${said}`);
    }
    if (signal.aborted) throw new DbsaveError("TIMED_OUT", `docker: container ${name}: it is not healthy in time`);
    await setTimeout(lookEveryMs);
  }
}

/** Whatever was reached. Its own failures are told, because then somebody has to act. */
async function rollBack(
  old: Docker.Container,
  found: Docker.ContainerInspectInfo,
  made: Docker.Container | undefined,
  failed: string | null,
): Promise<void> {
  const name = found.Name.replace(/^\//, "");
  try {
    if (made !== undefined && failed !== null) {
      await made.update({ RestartPolicy: { Name: "no" } });
      await stop(made);
      await made.rename({ name: failed });
    }
    if ((await old.inspect()).Name !== found.Name) await old.rename({ name });
    const { RestartPolicy } = found.HostConfig;
    if (RestartPolicy !== undefined) await old.update({ RestartPolicy });
    if (found.State.Running) await start(old);
  } catch (cause) {
    throw new DbsaveError("RESTORE_FAILED", `docker: container ${name}: going back to it failed`, {
      cause,
      hint: `Its id is ${found.Id}: docker rename it to ${name} and docker start it.`,
    });
  }
}

/** 304: it is what it shall be. */
async function stop(container: Docker.Container): Promise<void> {
  await container.stop().catch(unlessUnchanged);
}

async function start(container: Docker.Container): Promise<void> {
  await container.start().catch(unlessUnchanged);
}

function unlessUnchanged(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
