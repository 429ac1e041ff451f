import type Docker from "dockerode";

/** What a container is, as far as a backup or a doctor wants to know. Values of its environment are not kept. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  /** As it was named when the container was created: `postgres:17`. It may mean another image by now. */
  readonly image: string;
  /** `sha256:…` of the image's configuration: exactly this image, on this engine. */
  readonly imageId: string;
  /** `name@sha256:…`, the same everywhere; empty for an image that came from no registry. */
  readonly imageDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly compose?: { readonly project: string; readonly service: string };
  readonly environmentNames: readonly string[];
  readonly mounts: readonly ContainerMount[];
  readonly networks: readonly ContainerNetwork[];
  /** As it was created: `host`, `none`, `container:<id>`, or the name of a network. */
  readonly networkMode: string;
}

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

export interface ContainerMount {
  readonly type: "bind" | "volume" | "tmpfs" | (string & {});
  /** Of a volume. */
  readonly name?: string;
  readonly destination: string;
  readonly isWritable: boolean;
}

export interface ContainerNetwork {
  readonly name: string;
  /** Empty while the container does not run, and on the host's network. */
  readonly address: string;
}

export function containerFacts(found: Docker.ContainerInspectInfo, imageDigests: readonly string[]): ContainerFacts {
  const { Labels: labels } = found.Config;
  const project = labels["com.docker.compose.project"];
  const service = labels["com.docker.compose.service"];
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ""),
    state: found.State.Status as ContainerState,
    image: found.Config.Image,
    imageId: found.Image,
    imageDigests,
    labels,
    ...(project === undefined || service === undefined ? {} : { compose: { project, service } }),
    environmentNames: (found.Config.Env ?? []).map((variable) => variable.split("=", 1)[0] ?? ""),
    mounts: found.Mounts.map(({ Type, Name, Destination, RW }) => ({
      type: Type ?? "bind",
      ...(Name === undefined ? {} : { name: Name }),
      destination: Destination,
      isWritable: RW,
    })),
    networks: Object.entries(found.NetworkSettings.Networks).map(([name, { IPAddress, GlobalIPv6Address }]) => ({
      name,
      address: IPAddress || GlobalIPv6Address,
    })),
    networkMode: found.HostConfig.NetworkMode ?? "default",
  };
}
