export { type CaptureOptions, captureText } from "./capture-text.ts";
export type { DockerOptions } from "./docker/connect.ts";
export type { ContainerFacts, ContainerMount, ContainerNetwork, ContainerState } from "./docker/container-facts.ts";
export { type ContainerToolsOptions, containerTools } from "./docker/container-tools.ts";
export { type FindContainerOptions, findContainer } from "./docker/find-container.ts";
export type { ContainerSelector } from "./docker/selector.ts";
export { type HostToolsOptions, hostTools } from "./host-tools.ts";
export { type ContainerServersOptions, containerServers } from "./servers/container-servers.ts";
export { type HostServersOptions, hostServers } from "./servers/host-servers.ts";
