import type Docker from "dockerode";
import { removeContainer } from "../servers/keeper.ts";
import { endpointsOf, sameSettings } from "./same-settings.ts";

interface NewPlace {
  /** Of the new container. */
  readonly name: string;
  readonly destination: string;
  /** What is there in it. */
  readonly volume: string;
}

/** A container with the settings of another one, on all its networks, which was never started. None is left when it fails. */
export async function createLike(
  docker: Docker,
  found: Docker.ContainerInspectInfo,
  { name, destination, volume }: NewPlace,
): Promise<Docker.Container> {
  const image = await imageName(docker, found);
  const isShared = /^(?:host|none|container:)/.test(found.HostConfig.NetworkMode ?? "");
  const [first, ...others] = isShared ? [] : endpointsOf(found); // an engine takes one with the container
  const container = await docker.createContainer({
    ...sameSettings(found, { destination, volume, image }),
    name,
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: Object.fromEntries([first]) } }),
  });
  try {
    for (const [network, EndpointConfig] of others)
      await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig });
    return container;
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}

/** By name as long as that means the same image. */
async function imageName(docker: Docker, { Image, Config }: Docker.ContainerInspectInfo): Promise<string> {
  const named = await docker
    .getImage(Config.Image)
    .inspect()
    .catch(() => undefined);
  return named?.Id === Image ? Config.Image : Image;
}
