import type { ServiceContainer } from "@dbsave/core";
import { connectDocker, type DockerOptions } from "../docker/connect.ts";
import { containerVariables } from "../docker/container-variables.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { inspectContainer } from "../docker/find-container.ts";
import { type ContainerSelector, parseSelector } from "../docker/selector.ts";
import { lookAtService } from "./look-at-service.ts";
import { prepareReplacement } from "./replacement.ts";
import { unusedVolumes } from "./restored-volumes.ts";

export interface ServiceContainerOptions extends DockerOptions {
  readonly container: ContainerSelector;
  /** For the names of what is made. @default the system's clock */
  readonly now?: () => Date;
}

/**
 * The container that a server is in, to make it go on with other data in a new volume. Its engine may be on another machine. Fails as
 * `findContainer`; OPTIONS_INVALID at once for a selector that means nothing.
 */
export function serviceContainer(options: ServiceContainerOptions): ServiceContainer {
  const { container, now = () => new Date() } = options;
  const query = parseSelector(container);
  const engine = connectDocker(options);
  const env = options.env ?? {};
  return {
    description: query.text,
    async variable(name, signal) {
      const found = await containerVariables(container, [name], { env, signal });
      return found[name]?.reveal();
    },
    async look(directory, signal) {
      const found = await inspectContainer(engine, query, signal);
      try {
        const { facts } = await lookAtService(found, directory, { env, signal });
        return { ...facts, unused: await unusedVolumes(await engine.docker(), facts.volume) };
      } catch (error) {
        throw dockerFailure(error, query.text, engine.address);
      }
    },
    async prepare(directory, signal) {
      const found = await inspectContainer(engine, query, signal);
      try {
        const place = await lookAtService(found, directory, { env, signal });
        const stamp = stampOf(now());
        const keptContainer = `${place.facts.container}_before_restore_${stamp}`;
        return await prepareReplacement({ engine, found, directory, place, stamp, keptContainer }, signal);
      } catch (error) {
        throw dockerFailure(error, query.text, engine.address);
      }
    },
  };
}

function stampOf(now: Date): string {
  return now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
