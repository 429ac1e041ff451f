import type { TargetConfig } from "@dbsave/config";
import type { ServerFacts } from "@dbsave/core";
import { type DataPlace, findDataPlace } from "@dbsave/exec";
import type { Session } from "../session/session.ts";
import { type Check, ok } from "./check.ts";

/** Whether the data of a server in a container outlives the container, as far as the server tells where its data is. */
export async function* checkContainer(
  { container }: TargetConfig,
  { details }: ServerFacts,
  about: string,
  { signal, env }: Session,
): AsyncGenerator<Check> {
  const { dataDirectory } = details;
  if (container === null || typeof dataDirectory !== "string") return;
  yield judge(await findDataPlace(container, dataDirectory, { signal, env }), dataDirectory, about);
}

function judge(place: DataPlace, directory: string, about: string): Check {
  const warning = (message: string, fix: string): Check => ({
    severity: "warning",
    about,
    message: `the data, ${directory}, is ${message}`,
    fix,
  });
  switch (place.kind) {
    case "layer":
      return warning(
        "in the container's writable layer: docker rm, and compose with every new image, delete it",
        `Back up, make the container anew with a named volume at ${directory}, and restore into it.`,
      );
    case "tmpfs":
      return warning(
        `in memory (${place.destination}): it is gone when the container stops`,
        `Back up, make the container anew with a named volume at ${place.destination}, and restore into it.`,
      );
    case "anonymous-volume":
      return warning(
        `in an anonymous volume (${place.volume.slice(0, 12)}): a new container gets an empty one; docker rm -v and docker volume prune delete it`,
        `Name it: docker volume create db-data; stop the container; docker run --rm -v ${place.volume}:/from -v db-data:/to IMAGE cp -a /from/. /to; make it anew with -v db-data:${place.destination}`,
      );
    case "compose-volume":
      return warning(
        `in the volume ${place.volume} of its compose project: docker compose down -v deletes it`,
        `In the compose file: volumes: { ${place.key}: { external: true, name: ${place.volume} } }`,
      );
    case "volume":
      return ok(about, `the data is in the volume ${place.volume}, which outlives the container`);
    case "bind":
      return ok(about, `the data is in ${place.source} of the machine, which outlives the container`);
  }
}
