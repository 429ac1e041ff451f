import { DbsaveError } from "@dbsave/core";
import type Docker from "dockerode";
import { connectDocker, type DockerEngine, type DockerOptions } from "./connect.ts";
import { type ContainerFacts, containerFacts } from "./container-facts.ts";
import { dockerFailure } from "./docker-failure.ts";
import { type ContainerQuery, type ContainerSelector, parseSelector } from "./selector.ts";

export interface FindContainerOptions extends DockerOptions {
  readonly signal: AbortSignal;
}

/**
 * What Docker knows of one container, whatever its state. Of several that match, one that runs is meant if it is the only
 * one, because an engine may still hold the stopped ones that it replaced. Reads only.
 *
 * SOURCE_NOT_FOUND for none, SOURCE_AMBIGUOUS for several, CONNECT_FAILED without an engine, PERMISSION_DENIED when its
 * socket may not be opened, OPTIONS_INVALID for a selector or a DOCKER_HOST that means nothing, ABORTED.
 */
export async function findContainer(
  selector: ContainerSelector,
  options: FindContainerOptions,
): Promise<ContainerFacts> {
  const engine = connectDocker(options);
  const { signal } = options;
  const found = await inspectContainer(engine, parseSelector(selector), signal);
  return await asking(engine, found.Name, signal, async () =>
    containerFacts(found, await digestsOf(await engine.docker(), found.Image)),
  );
}

/** As the engine describes it, with the values of its environment. Fails as `findContainer`. */
export async function inspectContainer(
  engine: DockerEngine,
  query: ContainerQuery,
  signal: AbortSignal,
): Promise<Docker.ContainerInspectInfo> {
  const { id } = await locateContainer(engine, query, signal);
  return await asking(engine, query.text, signal, async () =>
    (await engine.docker()).getContainer(id).inspect({ abortSignal: signal }),
  );
}

export interface LocatedContainer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** As `findContainer`, in one request. */
export async function locateContainer(
  engine: DockerEngine,
  query: ContainerQuery,
  signal: AbortSignal,
): Promise<LocatedContainer> {
  const matching = await asking(engine, query.text, signal, async () =>
    containersOf(await engine.docker(), query, signal),
  );
  const running = matching.filter(({ state }) => state === "running");
  const candidates = running.length > 0 ? running : matching;
  const [found, ...others] = candidates;
  if (found === undefined) {
    throw new DbsaveError("SOURCE_NOT_FOUND", `docker: no such container: ${query.text}`, {
      hint: "`docker ps --all` lists the containers of this engine.",
    });
  }
  if (others.length > 0) {
    const names = candidates.map(({ name }) => name).join(", ");
    throw new DbsaveError("SOURCE_AMBIGUOUS", `docker: several containers match: ${query.text}: ${names}`, {
      hint: "Give the right one a label of its own, or select it by name.",
    });
  }
  return found;
}

async function containersOf(docker: Docker, query: ContainerQuery, signal: AbortSignal): Promise<LocatedContainer[]> {
  if (query.name !== undefined) {
    return await docker
      .getContainer(query.name)
      .inspect({ abortSignal: signal })
      .then(
        ({ Id, Name, State }) => [{ id: Id, name: Name.replace(/^\//, ""), state: State.Status }],
        (error: { readonly statusCode?: number }) => {
          if (error.statusCode === 404) return [];
          throw error;
        },
      );
  }
  const filters = { label: [...(query.labels ?? [])] };
  const listed = await docker.listContainers({ all: true, filters, abortSignal: signal });
  return listed
    .filter(({ Labels }) => Labels["com.docker.compose.oneoff"] !== "True") // `docker compose run` is no service
    .map(({ Id, Names, State }) => ({ id: Id, name: Names[0]?.replace(/^\//, "") ?? Id.slice(0, 12), state: State }));
}

/** An image that was removed or never pulled has none. */
async function digestsOf(docker: Docker, image: string): Promise<readonly string[]> {
  try {
    return (await docker.getImage(image).inspect()).RepoDigests ?? [];
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return [];
    throw error;
  }
}

async function asking<T>(
  { address }: DockerEngine,
  what: string,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted) throw new DbsaveError("ABORTED", `docker: cancelled: ${what}`, { cause: error });
    throw dockerFailure(error, what, address);
  }
}
