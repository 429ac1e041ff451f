import type Docker from "dockerode";

/**
 * What makes a container with the settings of `found`, but for its name and the volume at `destination`. Its network endpoints are apart: an engine
 * takes only one of them with the container. `image` is the id of its image, unless the name still means that.
 */
export function sameSettings(
  found: Docker.ContainerInspectInfo,
  { destination, volume, image }: { readonly destination: string; readonly volume: string; readonly image: string },
): Docker.ContainerCreateOptions {
  const { Config, HostConfig } = found;
  const { Hostname, ...config } = Config;
  const binds = (HostConfig.Binds ?? []).filter((bind) => bindDestination(bind) !== destination);
  const mounts = (HostConfig.Mounts ?? []).filter(({ Target }) => Target !== destination);
  const covered = new Set([destination, ...binds.map(bindDestination), ...mounts.map(({ Target }) => Target)]);
  const others = found.Mounts.filter(({ Destination }) => !covered.has(Destination)); // of the image, or of another container
  const { VolumesFrom: _, ContainerIDFile: __, ...host } = HostConfig;
  return {
    ...config,
    ...(found.Id.startsWith(Hostname) ? {} : { Hostname }),
    Image: image,
    HostConfig: {
      ...host,
      Binds: binds,
      Mounts: [
        ...mounts,
        ...others.flatMap(({ Type, Name = "", Source, Destination, RW }) => {
          if (Type === "volume") return volumeMount(Name, Destination, !RW);
          return Type === "bind" ? { Type, Source, Target: Destination, ReadOnly: !RW } : [];
        }),
        volumeMount(volume, destination, false),
      ],
    },
  };
}

/** Of each network: what the container is called there, and the address that it asked for. */
export function endpointsOf(found: Docker.ContainerInspectInfo): ReadonlyMap<string, Docker.EndpointSettings> {
  const short = found.Id.slice(0, 12);
  return new Map(
    Object.entries(found.NetworkSettings.Networks).map(([name, endpoint]) => {
      const { Aliases, IPAMConfig, Links, DriverOpts } = endpoint as unknown as Docker.EndpointSettings;
      const aliases = (Aliases ?? []).filter((alias) => alias !== short);
      return [
        name,
        {
          ...(aliases.length > 0 && { Aliases: aliases }),
          ...(IPAMConfig && { IPAMConfig }),
          ...(Links && { Links }),
          ...(DriverOpts && { DriverOpts }),
        },
      ];
    }),
  );
}

function bindDestination(bind: string): string {
  return bind.split(":")[1] ?? "";
}

function volumeMount(Source: string, Target: string, ReadOnly: boolean): Docker.MountSettings {
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: "", Options: {} } };
  return { Type: "volume", Source, Target, ReadOnly, VolumeOptions };
}
