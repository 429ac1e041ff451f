import { DbsaveError, type StartOrder } from "@dbsave/core";
import { lastingServers } from "@dbsave/exec";
import type { Options } from "yargs";
import { parseDuration } from "../command-line/duration-option.ts";
import type { Session } from "../session/session.ts";

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
    describe: "With --start: how long recovery may take: 90m, 26h, 8d",
  },
} as const satisfies Record<string, Options>;

interface StartArguments {
  readonly start: boolean;
  readonly port?: number | undefined;
  readonly startTimeout: string;
}

/** USAGE for a port that is none, or that nothing would listen on. */
export function startOrder(
  { start, port, startTimeout }: StartArguments,
  { env }: Pick<Session, "env">,
): { readonly start?: StartOrder } {
  const timeoutMs = parseDuration("start-timeout", startTimeout);
  if (!start && port !== undefined)
    throw new DbsaveError("USAGE", "--port is where a server listens that --start starts", { hint: "Add --start." });
  if (!start) return {};
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw new DbsaveError("USAGE", `--port is no port: ${port}`);
  return { start: { servers: lastingServers({ env }), timeoutMs, ...(port === undefined ? {} : { port }) } };
}
