import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import {
  DbsaveError,
  isAlive,
  type ProcessIdentity,
  processIdentity,
  type ServerRunner,
  type StartServerOptions,
} from "@dbsave/core";
import type Docker from "dockerode";
import { connectDocker, type DockerEngine, type DockerOptions } from "../docker/connect.ts";
import { startInContainer } from "../docker/container-process.ts";
import { toolsInContainer } from "../docker/container-tools.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { type ContainerSelector, parseSelector } from "../docker/selector.ts";
import { fixedLocale } from "../environment.ts";
import { chooseImage } from "./choose-image.ts";
import { openKeeper, removeContainer } from "./keeper.ts";
import { makeServerFolder, removeServerFolder, socketsOf } from "./server-folder.ts";
import { type OpenPlace, startServer } from "./start-server.ts";

export interface ContainerServersOptions extends DockerOptions {
  /**
   * A container whose image is used, exactly as it is there, where a start names no image or the engine no longer has it. It may be
   * stopped.
   */
  readonly like?: ContainerSelector;
  /**
   * Where the folder with the server's unix sockets is made, which the container sees as well.
   * @default the system's temporary directory
   */
  readonly root?: string;
}

const ownerLabel = "dbsave.server";

/** Inside the container; a volume of its own. */
const dataDirectory = "/dbsave-server";

/**
 * Starts throw-away servers in containers of their own, without any network, from the image that a start names or that of
 * another container. They are reached by unix sockets, so the engine must be on this machine. The first process of such a container waits for the end of
 * its input: when this process is killed, the engine removes container and volume by itself. TOOL_MISSING, naming what to pull,
 * when the engine does not have the image.
 */
export function containerServers(options: ContainerServersOptions): ServerRunner {
  const engine = connectDocker(options);
  if (options.like !== undefined) parseSelector(options.like);
  return {
    start: async (describe, startOptions) =>
      startServer(await openPlace(engine, options, startOptions), describe, startOptions),
  };
}

async function openPlace(
  engine: DockerEngine,
  { like, env = {}, root = tmpdir() }: ContainerServersOptions,
  { name, user, image, signal }: StartServerOptions,
): Promise<OpenPlace> {
  if (!engine.address.startsWith("unix:")) {
    throw new DbsaveError(
      "UNSUPPORTED",
      `${name}: a throw-away server needs an engine on this machine: ${engine.address}`,
    );
  }
  const imageId = await chooseImage(engine, name, image, like, { env, signal });
  const cleanUp = new AsyncDisposableStack();
  try {
    const folder = await makeServerFolder(root);
    cleanUp.defer(() => removeServerFolder(folder));
    const socketDirectory = socketsOf(folder);
    await chmod(folder, 0o700);
    await chmod(socketDirectory, 0o777); // for whoever the server is in its container; on this machine `folder` is closed
    const docker = await engine.docker();
    await sweepContainers(docker);
    const keeper = await openKeeper(docker, {
      image: imageId,
      labels: { [ownerLabel]: JSON.stringify(processIdentity()) },
      mounts: [
        { Type: "volume", Target: dataDirectory, Source: "" },
        { Type: "bind", Target: socketDirectory, Source: socketDirectory },
      ],
    });
    cleanUp.use(keeper);
    const { container } = keeper;
    const inside = { engine, query: { text: `container ${name}`, name: container.id }, killAfterMs: 1000 };
    const owner = user ?? (await userOf(docker, imageId));
    const ownPlace = toolsInContainer({ ...inside, user: "0" });
    const given = ownPlace.run("chown", [owner, dataDirectory], { signal });
    given.stdout.resume();
    await given.done;
    const place = { ...inside, user: owner };
    return {
      directory: dataDirectory,
      socketDirectory,
      tcp: undefined,
      tools: toolsInContainer(place),
      environment: fixedLocale,
      launch: (program) => {
        const child = startInContainer(program, place);
        return { ...child, stop: () => void keeper.remove().catch(() => undefined) }; // a throw-away server needs no farewell
      },
      [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
    };
  } catch (error) {
    await cleanUp.disposeAsync();
    if (signal.aborted) throw new DbsaveError("ABORTED", `${name}: cancelled`, { cause: error });
    throw dockerFailure(error, name, engine.address);
  }
}

/** An image whose user is not set means root. */
async function userOf(docker: Docker, image: string): Promise<string> {
  return (await docker.getImage(image).inspect()).Config.User || "0";
}

/** Only an engine that was itself stopped can have left some. */
async function sweepContainers(docker: Docker): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
  for (const { Id, Labels } of found) {
    if (isAlive(JSON.parse(Labels[ownerLabel] ?? "{}") as ProcessIdentity) !== "dead") continue;
    await removeContainer(docker.getContainer(Id));
  }
}
