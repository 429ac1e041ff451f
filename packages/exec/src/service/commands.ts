import type { OldService } from "./old-service.ts";

/** For a shell: from the new container back to the old one, which is kept. A container that does not serve is not started with the engine. */
export function goBackCommands({ found, place, keptContainer, stamp }: OldService): readonly string[] {
  const { container } = place.facts;
  const { Name = "", MaximumRetryCount = 0 } = found.HostConfig.RestartPolicy ?? {};
  const restart = MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
  const update = (policy: string): readonly string[] =>
    Name === "" || Name === "no" ? [] : [`docker update --restart ${policy} ${container}`];
  return [
    `docker stop ${container}`,
    ...update("no"),
    `docker rename ${container} ${container}_restored_${stamp}`,
    `docker rename ${keptContainer} ${container}`,
    ...update(restart),
    `docker start ${container}`,
  ];
}

/** For a shell: removes the old container and its volume. */
export function removeCommands({ place, keptContainer }: OldService): readonly string[] {
  return [`docker rm ${keptContainer}`, `docker volume rm ${place.volume}`];
}
