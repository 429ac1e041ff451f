import type Docker from "dockerode";
import { connectDocker } from "./connect.ts";
import { dockerFailure } from "./docker-failure.ts";
import { type FindContainerOptions, inspectContainer } from "./find-container.ts";
import { type ContainerSelector, parseSelector } from "./selector.ts";
import { shortExec } from "./short-exec.ts";

/** What a directory of a container lies on, and so what removes it. */
export type DataPlace =
  /** The container's own writable layer: gone with the container. */
  | { readonly kind: "layer" }
  /** Memory: gone when the container stops. */
  | { readonly kind: "tmpfs"; readonly destination: string }
  /** A directory of the machine. */
  | { readonly kind: "bind"; readonly destination: string; readonly source: string }
  /** A volume that only its own removal removes. */
  | { readonly kind: "volume"; readonly destination: string; readonly volume: string }
  /** A volume that nobody named: the next container gets another one, and pruning or `docker rm -v` removes it. */
  | { readonly kind: "anonymous-volume"; readonly destination: string; readonly volume: string }
  /** A volume that Compose made and `docker compose down -v` removes; `key` is its name in the compose file. */
  | { readonly kind: "compose-volume"; readonly destination: string; readonly volume: string; readonly key: string };

/**
 * What `directory` of a container lies on, with its links followed where the container runs. Reads only; fails as
 * `findContainer`.
 */
export async function findDataPlace(
  container: ContainerSelector,
  directory: string,
  options: FindContainerOptions,
): Promise<DataPlace> {
  const engine = connectDocker(options);
  const query = parseSelector(container);
  const found = await inspectContainer(engine, query, options.signal);
  try {
    const docker = await engine.docker();
    const real = found.State.Running
      ? await realPath(docker.getContainer(found.Id), directory, options.signal)
      : directory;
    const mounts = mountsOf(found).filter(({ destination }) =>
      `${real}/`.startsWith(`${destination.replace(/\/$/, "")}/`),
    );
    const [closest] = mounts.toSorted((a, b) => b.destination.length - a.destination.length);
    if (closest === undefined) return { kind: "layer" };
    const { type, destination, source, volume } = closest;
    if (type === "tmpfs") return { kind: "tmpfs", destination };
    if (volume === undefined) return { kind: "bind", destination, source };
    const { Labels } = await docker.getVolume(volume).inspect({ abortSignal: options.signal });
    return volumePlace(destination, volume, Labels ?? {});
  } catch (error) {
    throw dockerFailure(error, query.text, engine.address);
  }
}

interface Mount {
  readonly type: string;
  readonly destination: string;
  readonly source: string;
  readonly volume?: string | undefined;
}

/** Engines list the file systems of `--tmpfs` apart from the mounts. */
function mountsOf({ Mounts, HostConfig }: Docker.ContainerInspectInfo): readonly Mount[] {
  const inMemory = Object.keys(HostConfig.Tmpfs ?? {});
  return [
    ...Mounts.map(({ Type, Destination, Source, Name }) => ({
      type: Type ?? "bind",
      destination: Destination,
      source: Source,
      volume: Name,
    })),
    ...inMemory.map((destination) => ({ type: "tmpfs", destination, source: "" })),
  ];
}

/** Engines before 23 do not label what they named themselves, by 64 digits. */
function volumePlace(destination: string, volume: string, labels: Readonly<Record<string, string>>): DataPlace {
  const key = labels["com.docker.compose.volume"];
  if (key !== undefined) return { kind: "compose-volume", destination, volume, key };
  const isAnonymous = labels["com.docker.volume.anonymous"] !== undefined || /^[0-9a-f]{64}$/.test(volume);
  return { kind: isAnonymous ? "anonymous-volume" : "volume", destination, volume };
}

async function realPath(container: Docker.Container, path: string, signal: AbortSignal): Promise<string> {
  const { output, exitCode } = await shortExec(container, ["readlink", "-f", "--", path], "0", signal);
  return exitCode === 0 ? output.trim() : path;
}
