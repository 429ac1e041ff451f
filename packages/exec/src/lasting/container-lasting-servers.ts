import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import {
  DbsaveError,
  type LastingCommand,
  type LastingServer,
  type LastingServerRunner,
  type StartLastingOptions,
} from "@dbsave/core";
import type Docker from "dockerode";
import { connectDocker, type DockerEngine, type DockerOptions } from "../docker/connect.ts";
import { toolsInContainer } from "../docker/container-tools.ts";
import { dockerFailure } from "../docker/docker-failure.ts";
import { linesOf } from "../docker/log-lines.ts";
import { chooseImage } from "../servers/choose-image.ts";
import { openKeeper, removeContainer } from "../servers/keeper.ts";
import { directoryOwner } from "./directory-owner.ts";
import { shellWords } from "./shell-words.ts";
import { stopWithinSeconds } from "./stop-within.ts";

/** Of a container that stays: the directory that its server works in. */
const directoryLabel = "dbsave.started";

/**
 * Starts servers that go on when this process has ended, in a container of the image that a start names. They see their directories under
 * the same paths as this machine. Their network is that of this machine, or none. TOOL_MISSING, naming what to pull, when the engine does not have the image.
 */
export function containerLastingServers(options: DockerOptions = {}): LastingServerRunner {
  const engine = connectDocker(options);
  return {
    async start(describe, startOptions) {
      const { name, signal } = startOptions;
      if (!engine.address.startsWith("unix:"))
        throw new DbsaveError(
          "UNSUPPORTED",
          `${name}: its files are on this machine, the engine is not: ${engine.address}`,
        );
      try {
        const image = await chooseImage(engine, name, startOptions.image, undefined, { ...options, signal });
        const { uid, gid } = await directoryOwner(startOptions.directories[0], name);
        const docker = await engine.docker();
        const prepared = { engine, docker, image, user: `${uid}:${gid}` };
        const command = await describeInside(prepared, describe, startOptions);
        return await run(prepared, command, startOptions);
      } catch (error) {
        if (signal.aborted) throw new DbsaveError("ABORTED", `${name}: cancelled`, { cause: error });
        throw dockerFailure(error, name, engine.address);
      }
    },
  };
}

interface Prepared {
  readonly engine: DockerEngine;
  readonly docker: Docker;
  readonly image: string;
  readonly user: string;
}

/** The programs are looked at in a container that is gone afterwards. */
async function describeInside(
  { engine, docker, image, user }: Prepared,
  describe: (tools: LastingServer["tools"]) => Promise<LastingCommand>,
  { name, directories }: StartLastingOptions,
): Promise<LastingCommand> {
  await using keeper = await openKeeper(docker, { image, labels: {}, mounts: mountsOf(directories) });
  const query = { text: name, name: keeper.container.id };
  return await describe(toolsInContainer({ engine, query, user, killAfterMs: 1000 }));
}

async function run(
  { engine, docker, image, user }: Prepared,
  { tool, args, stopSignal }: LastingCommand,
  { directories, hasNetwork, name: what }: StartLastingOptions,
): Promise<LastingServer> {
  const name = `dbsave-${randomBytes(4).toString("hex")}`;
  const container = await docker.createContainer({
    name,
    Image: image,
    Entrypoint: [tool],
    Cmd: [...args],
    User: user,
    WorkingDir: directories[0],
    StopSignal: stopSignal,
    StopTimeout: stopWithinSeconds,
    Labels: { [directoryLabel]: directories[0] },
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      NetworkMode: hasNetwork ? "host" : "none",
      SecurityOpt: ["no-new-privileges"],
      ShmSize: 256 * 1024 * 1024,
      Mounts: mountsOf(directories),
    },
  });
  try {
    await container.start();
    const log = (await container.logs({ follow: true, stdout: true, stderr: true })) as unknown as Readable;
    return {
      where: `container ${name}`,
      stopCommand: shellWords(["docker", "stop", name]),
      logCommand: shellWords(["docker", "logs", name]),
      tools: toolsInContainer({ engine, query: { text: what, name: container.id }, user, killAfterMs: 1000 }),
      lines: linesOf(log),
      async stop() {
        await container.stop().catch(() => undefined); // it may have ended
        await removeContainer(container);
      },
      async [Symbol.asyncDispose]() {
        log.destroy();
      },
    };
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}

function mountsOf(directories: readonly string[]): Docker.MountSettings[] {
  return directories.map((path) => ({ Type: "bind", Source: path, Target: path }));
}
