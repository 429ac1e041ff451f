import { DbsaveError, type Replacement } from "@dbsave/core";
import type Docker from "dockerode";
import { toolsInContainer } from "../docker/container-tools.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { shortExec } from "../docker/short-exec.ts";
import { type Keeper, openKeeper } from "../servers/keeper.ts";
import { goBackCommands, removeCommands } from "./commands.ts";
import type { OldService } from "./old-service.ts";
import { makeRestoredVolume } from "./restored-volumes.ts";
import { switchOver } from "./switch-over.ts";

/** Where the throw-away container sees the old volume, which it cannot write to. */
const oldPlace = "/dbsave-old";

/** See `ServiceContainer.prepare`. */
export async function prepareReplacement(old: OldService, signal: AbortSignal): Promise<Replacement> {
  const { engine, found, directory, place, stamp, keptContainer } = old;
  const docker = await engine.docker();
  const volume = await makeRestoredVolume(docker, place.volume, stamp);
  const made = new AsyncDisposableStack();
  let isKept = false;
  made.defer(async () => {
    if (!isKept) await docker.getVolume(volume).remove();
  });
  try {
    const keeper = await openKeeper(docker, {
      image: found.Image,
      labels: {},
      mounts: [
        mount(volume, place.destination, false),
        mount(place.volume, oldPlace, true), // whose the data are
      ],
    });
    made.use(keeper);
    const owner = await likeOld(keeper, directory, place.destination, signal);
    const query = { text: `the new volume ${volume}`, name: keeper.container.id };
    return {
      volume,
      keptContainer,
      goBackCommands: goBackCommands(old),
      removeCommands: removeCommands(old),
      tools: toolsInContainer({ engine, query, user: owner, killAfterMs: 1000 }),
      async switchOver(untilReady, options) {
        isKept = true;
        await keeper.remove();
        return await switchOver({ ...old, volume, owner }, untilReady, options);
      },
      [Symbol.asyncDispose]: () => made.disposeAsync(),
    };
  } catch (error) {
    await made.disposeAsync();
    throw dockerFailure(error, `container ${place.facts.container}`, engine.address);
  }
}

/** Makes `directory` in the new volume with the owners and modes of the old, and resolves with the owner of the data. */
async function likeOld(
  { container }: Keeper,
  directory: string,
  destination: string,
  signal: AbortSignal,
): Promise<string> {
  const run = async (...command: string[]): Promise<string> => {
    const { output, exitCode } = await shortExec(container, command, "0", signal);
    if (exitCode === 0) return output.trim();
    throw new DbsaveError("TOOL_FAILED", `docker: ${command[0]} failed in a container of the image: ${output.trim()}`);
  };
  const below = directory.slice(destination.length).split("/").filter(Boolean);
  let owner = "0:0";
  for (let depth = 0; depth <= below.length; depth += 1) {
    const path = below
      .slice(0, depth)
      .map((name) => `/${name}`)
      .join("");
    const [whose = "", mode = ""] = (await run("stat", "-c", "%u:%g %a", `${oldPlace}${path}`)).split(" ");
    if (depth > 0) await run("mkdir", `${destination}${path}`);
    await run("chown", whose, `${destination}${path}`);
    await run("chmod", mode, `${destination}${path}`);
    owner = whose;
  }
  return owner;
}

function mount(Source: string, Target: string, ReadOnly: boolean): Docker.MountSettings {
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: "", Options: {} } };
  return { Type: "volume", Source, Target, ReadOnly, VolumeOptions };
}
