import { once } from "node:events";
import { connect } from "node:net";
import { DbsaveError, throwIfAborted } from "@dbsave/core";
import { connectDocker } from "./connect.ts";
import type { ContainerFacts } from "./container-facts.ts";
import { notRunning } from "./exec-session.ts";
import { type FindContainerOptions, findContainer } from "./find-container.ts";
import { type ContainerSelector, parseSelector } from "./selector.ts";

export interface ContainerAddressOptions extends FindContainerOptions {
  /** Where the server listens inside the container; it need not be published. */
  readonly port: number;
  /** One of the container's networks. @default whichever answers first */
  readonly network?: string;
}

const answerWithinMs = 5000;
const publish =
  "Publish the port where only this machine reaches it (here: -p 127.0.0.1:PORT:PORT) and give host and port in place of the container.";

/**
 * Where this machine reaches a server in a container: an address on a network of the container, at which something accepted a
 * connection just now. Inside the container the same address means the same server.
 *
 * Fails as `findContainer`, and with CONNECT_FAILED (it does not run, or nothing answers), UNSUPPORTED (an engine of
 * another machine, whose addresses mean something else here; a container without a network), OPTIONS_INVALID (it is not in
 * `network`).
 */
export async function containerAddress(
  container: ContainerSelector,
  options: ContainerAddressOptions,
): Promise<{ readonly host: string; readonly port: number }> {
  const { port, signal } = options;
  const query = parseSelector(container);
  const { address } = connectDocker(options);
  if (!address.startsWith("unix:"))
    throw new DbsaveError("UNSUPPORTED", `${query.text}: its engine is on another machine: ${address}`, {
      hint: publish,
    });
  const facts = await findContainer(container, options);
  if (facts.state !== "running") throw notRunning("docker", query, facts.state);
  const hosts = await hostsOf(facts, query.text, options);
  const attempts = hosts.map(async (host) => {
    await accepts(host, port, signal);
    return { host, port };
  });
  return await Promise.any(attempts).catch((cause: unknown) => {
    throwIfAborted(signal, query.text);
    const places = hosts.map((host) => `${host}:${port}`).join(", ");
    throw new DbsaveError("CONNECT_FAILED", `${query.text}: nothing answers at ${places}`, {
      cause,
      hint: `Is this the port inside the container? Does the server listen on all addresses? Else: ${publish}`,
    });
  });
}

async function hostsOf(
  { name, networks, networkMode }: ContainerFacts,
  what: string,
  options: ContainerAddressOptions,
): Promise<readonly string[]> {
  if (networkMode === "host") return ["127.0.0.1"];
  const [, owner] = /^container:(.+)$/.exec(networkMode) ?? [];
  if (owner !== undefined) return await hostsOf(await findContainer({ name: owner }, options), what, options);
  const reachable = networks.filter(({ address }) => address !== "");
  if (reachable.length === 0) {
    throw new DbsaveError("UNSUPPORTED", `${what}: it is in no network, so that nothing can connect to it`, {
      hint: `Put it into one: docker network disconnect none ${name}; docker network connect bridge ${name}. Or networks in its compose file.`,
    });
  }
  const { network } = options;
  const chosen = reachable.filter((each) => network === undefined || each.name === network);
  if (chosen.length > 0) return chosen.map(({ address }) => address);
  const names = reachable.map((each) => each.name).join(", ");
  throw new DbsaveError("OPTIONS_INVALID", `${what}: it is not in the network ${network}, but in ${names}`);
}

/** Resolves when a connection was accepted. */
async function accepts(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]) });
  } finally {
    socket.on("error", () => {}).destroy();
  }
}
