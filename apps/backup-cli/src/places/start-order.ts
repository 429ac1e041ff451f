import { DbsaveError, type RestoreOptions, type ServiceContainer } from "@dbsave/core";
import { lastingServers, serviceContainer } from "@dbsave/exec";
import type { Options } from "yargs";
import { parseDuration } from "../command-line/duration-option.ts";
import type { Session } from "../session/session.ts";
import { targetAt } from "./live-targets.ts";
import type { Shelf } from "./shelf.ts";

/** What becomes of a data directory that was restored. */
export const startOptions = {
  start: {
    type: "boolean",
    default: false,
    describe: "Start a server on the restored directory, wait until it has recovered, leave it running",
  },
  port: {
    type: "number",
    requiresArg: true,
    describe: "With --start: a port on this machine alone [only a unix socket in the directory]",
  },
  "start-timeout": {
    type: "string",
    requiresArg: true,
    default: "1h",
    describe: "With --start, --recreate: how long recovery may take: 90m, 26h, 8d",
  },
  recreate: {
    type: "boolean",
    default: false,
    describe: "Make the target's container go on with the backup, in a new volume; the old ones are kept",
  },
} as const satisfies Record<string, Options>;

interface StartArguments {
  readonly start: boolean;
  readonly recreate: boolean;
  readonly port?: number | undefined;
  readonly startTimeout: string;
}

type Orders = Pick<RestoreOptions, "start" | "recreate">;

/**
 * What is to serve what was restored: a server of its own, or the service in the container that `into` names or the target is in. USAGE for both, for a
 * port that nothing would listen on, and without a container.
 */
export async function startOrders(
  args: StartArguments,
  { into, shelf, engine }: { readonly into?: string | undefined; readonly shelf: Shelf; readonly engine: string },
  session: Session,
): Promise<Orders> {
  const { start, recreate, port, startTimeout } = args;
  const timeoutMs = parseDuration("start-timeout", startTimeout);
  if (start && recreate)
    throw new DbsaveError("USAGE", "--start and --recreate both say what serves what was restored");
  if (!start && port !== undefined)
    throw new DbsaveError("USAGE", "--port is where a server listens that --start starts", { hint: "Add --start." });
  if (recreate) return { recreate: { service: await serviceOf(into, shelf, engine, session), timeoutMs } };
  if (!start) return {};
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new DbsaveError("USAGE", `--port is no port: ${port}`);
  const { env } = session;
  return { start: { servers: lastingServers({ env }), timeoutMs, ...(port === undefined ? {} : { port }) } };
}

async function serviceOf(
  into: string | undefined,
  shelf: Shelf,
  engine: string,
  session: Session,
): Promise<ServiceContainer> {
  const container = into === undefined ? shelf.container : (await targetAt(into, session, engine)).container;
  const { env, run } = session;
  if (container !== null) return serviceContainer({ container, env, now: run.now });
  throw new DbsaveError("USAGE", `--recreate is for a server in a container, which ${into ?? shelf.target} is not`, {
    hint: "Give the target a container in the configuration, or name it: --into docker:NAME",
  });
}
