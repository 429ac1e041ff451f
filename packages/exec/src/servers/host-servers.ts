import { chown } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { DbsaveError, type ServerRunner, type StartServerOptions } from "@dbsave/core";
import { captureText } from "../capture-text.ts";
import { minimalEnvironment } from "../environment.ts";
import { type HostOwner, startOnHost } from "../host-process.ts";
import { hostTools, toolsOnHost } from "../host-tools.ts";
import { dataOf, makeServerFolder, removeServerFolder, socketsOf } from "./server-folder.ts";
import { type OpenPlace, startServer } from "./start-server.ts";

export interface HostServersOptions {
  /**
   * As of `hostTools`.
   * @default {}
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Where servers get the folders for their data: a directory that their users may pass through. Their unix sockets are always in the
   * system's temporary directory, because the path of a socket must be short.
   * @default the system's temporary directory
   */
  readonly root?: string;
  /** @default 5000 */
  readonly killAfterMs?: number;
}

/**
 * Starts throw-away servers from the programs of this machine. They listen on unix sockets in a private directory or on a
 * loopback port that was free a moment before. PERMISSION_DENIED when root asks for a user that this machine does not have.
 */
export function hostServers(options: HostServersOptions = {}): ServerRunner {
  return {
    start: async (describe, startOptions) =>
      startServer(await openPlace(options, startOptions), describe, startOptions),
  };
}

async function openPlace(
  { env = {}, root = tmpdir(), killAfterMs = 5000 }: HostServersOptions,
  { user, signal }: StartServerOptions,
): Promise<OpenPlace> {
  const owner = user !== undefined && process.getuid?.() === 0 ? await ownerOf(user, env, signal) : undefined;
  await using made = new AsyncDisposableStack();
  const makeFolder = async (place: string): Promise<string> => {
    const folder = await makeServerFolder(place);
    made.defer(() => removeServerFolder(folder));
    return folder;
  };
  const folder = await makeFolder(root);
  const directory = dataOf(folder);
  const socketDirectory = socketsOf(root === tmpdir() ? folder : await makeFolder(tmpdir()));
  if (owner !== undefined) {
    for (const path of [directory, socketDirectory]) await chown(path, owner.uid, owner.gid);
  }
  const tcp = { host: "127.0.0.1", port: await freePort() };
  const kept = made.move();
  return {
    directory,
    socketDirectory,
    tcp,
    tools: toolsOnHost(env, { killAfterMs, owner }),
    environment: minimalEnvironment(env),
    launch: (program, stopSignal) => startOnHost(program, { killAfterMs, stopSignal, owner }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function ownerOf(user: string, env: HostServersOptions["env"], signal: AbortSignal): Promise<HostOwner> {
  const tools = hostTools(env === undefined ? {} : { env });
  const numberOf = async (which: string) => Number(await captureText(tools, "id", [which, "--", user], { signal }));
  try {
    return { uid: await numberOf("-u"), gid: await numberOf("-g") };
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new DbsaveError("PERMISSION_DENIED", `exec: this machine has no user ${user} to be`, {
      cause,
      hint: "Create the user, or do not run as root.",
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}
