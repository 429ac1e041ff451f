import { DbsaveError, type RunContext, type ServiceContainer } from "@dbsave/core";
import { withSession } from "../../connect.ts";
import { dataDirectory } from "../../data-directory.ts";
import type { ParsedOptions } from "../../options.ts";

/**
 * The data directory of the server in a container: what the server says, or what its image was told, when it does not answer. OPTIONS_INVALID
 * when nobody says.
 */
export async function serviceDirectory(
  locate: (signal: AbortSignal) => Promise<ParsedOptions>,
  service: ServiceContainer,
  { signal }: RunContext,
): Promise<string> {
  const said = await askServer(locate, signal).catch(() => undefined); // it may be what has to be restored
  const directory = said ?? (await service.variable("PGDATA", signal));
  if (directory !== undefined) return directory.replace(/\/+$/, "");
  throw new DbsaveError(
    "OPTIONS_INVALID",
    `postgres: ${service.description}: nobody says where its data directory is`,
    {
      hint: "Start the server, with a role that may read all settings; or set PGDATA in the container's environment.",
    },
  );
}

async function askServer(
  locate: (signal: AbortSignal) => Promise<ParsedOptions>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const options = await locate(signal);
  return await withSession(options, options.database, signal, async (session) => {
    return (await dataDirectory(options, session)).details.dataDirectory;
  });
}
