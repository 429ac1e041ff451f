import { Secret } from "@dbsave/core";
import type { PostgresOptions } from "@dbsave/postgres";
import type { ContainerSettings } from "../containers/container-schema.ts";
import { describeContainer } from "../containers/container-source.ts";
import { selectorOf } from "../containers/selector.ts";

const told = ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"] as const;

/**
 * A server in a container that publishes no port: it is reached at its address on a network of the container, the tools run
 * beside it, throw-away servers are of its image, and what the official image was told holds where nothing else is said; a
 * password that it was not told is that of PGPASSWORD.
 */
export async function postgresInContainer(
  settings: ContainerSettings,
  port: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<PostgresOptions, "locator" | "tools" | "servers">> {
  const exec = await import("@dbsave/exec");
  const container = selectorOf(settings);
  const network = settings.network === undefined ? {} : { network: settings.network };
  return {
    tools: exec.containerTools({ container, preferredUser: "postgres", env }),
    servers: exec.containerServers({ like: container, env }),
    locator: {
      name: describeContainer(settings),
      async locate(signal) {
        const options = { signal, env };
        const address = await exec.containerAddress(container, { ...options, ...network, port });
        const { image: name, imageId: id, imageDigests } = await exec.findContainer(container, options);
        const [digest] = imageDigests;
        const variables = await exec.containerVariables(container, told, options);
        const user = variables.POSTGRES_USER?.reveal() ?? "postgres";
        const password = variables.POSTGRES_PASSWORD ?? (env["PGPASSWORD"] ? new Secret(env["PGPASSWORD"]) : undefined);
        return {
          ...address,
          user,
          database: variables.POSTGRES_DB?.reveal() ?? user,
          ...(password === undefined ? {} : { password }),
          image: { name, id, ...(digest === undefined ? {} : { digest }) },
        };
      },
    },
  };
}
