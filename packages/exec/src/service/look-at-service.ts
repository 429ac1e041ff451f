import { DbsaveError, type ServiceFacts } from "@dbsave/core";
import type Docker from "dockerode";
import { type DataPlace, findDataPlace } from "../docker/data-place.ts";
import type { FindContainerOptions } from "../docker/find-container.ts";
import { restoredVolume } from "./restored-volumes.ts";

/** The volume that holds a directory, and where that is mounted. */
export interface ServicePlace {
  readonly destination: string;
  readonly volume: string;
  readonly facts: Omit<ServiceFacts, "unused">;
}

/** UNSUPPORTED when the data are in no volume, or the container would be gone when it stops. */
export async function lookAtService(
  found: Docker.ContainerInspectInfo,
  directory: string,
  options: FindContainerOptions,
): Promise<ServicePlace> {
  const container = found.Name.replace(/^\//, "");
  if (found.HostConfig.AutoRemove === true)
    throw new DbsaveError("UNSUPPORTED", `docker: container ${container}: it is removed as soon as it stops (--rm)`, {
      hint: "Restore into a directory or another container.",
    });
  const place = await findDataPlace({ name: found.Id }, directory, options);
  if (!("volume" in place)) throw notInVolume(container, directory, place);
  const { destination, volume } = place;
  const newVolume = restoredVolume(volume, "<time>");
  const advice = adviceOf(place, newVolume, found);
  return { destination, volume, facts: { container, volume, newVolume, advice } };
}

function notInVolume(container: string, directory: string, { kind }: DataPlace): DbsaveError {
  const where = { layer: "in the container itself", tmpfs: "in memory", bind: "in a directory of the machine" };
  const what = kind in where ? where[kind as keyof typeof where] : "elsewhere";
  return new DbsaveError("UNSUPPORTED", `docker: container ${container}: ${directory} is ${what}, not in a volume`, {
    hint: "Restore into a new directory with --into, and make the service use that.",
  });
}

/** Compose makes the container again from its file, with the volume that stands there. */
function adviceOf(
  place: DataPlace,
  newVolume: string,
  { Config: { Labels } }: Docker.ContainerInspectInfo,
): string | null {
  const project = Labels["com.docker.compose.project"];
  if (project === undefined) return null;
  const key = place.kind === "compose-volume" ? place.key : "its volume";
  return `before the next docker compose up of ${project}, write in its file: volumes: { ${key}: { external: true, name: ${newVolume} } }`;
}
