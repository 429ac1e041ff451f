import { DbsaveError } from "@dbsave/core";
import type { ConnectionParts } from "../url.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const variables = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  database: "PGDATABASE",
  ssl: "PGSSLMODE",
  sslRootCertificate: "PGSSLROOTCERT",
  service: "PGSERVICE",
  passwordFile: "PGPASSFILE",
} as const satisfies Readonly<Record<keyof ConnectionParts, string>>;

const refused = ["PGHOSTADDR", "PGTARGETSESSIONATTRS", "PGSSLCERT", "PGSSLKEY"];

/** What the variables say. UNSUPPORTED for one that would change which server is reached, or how, in a way that is not known here. */
export function environmentParts(env: Environment): ConnectionParts {
  const unknown = refused.find((name) => env[name] && !(name === "PGTARGETSESSIONATTRS" && env[name] === "any"));
  if (unknown !== undefined)
    throw new DbsaveError("UNSUPPORTED", `postgres: ${unknown} is not supported`, {
      hint: `Unset it for dbsave, and name the one server: env -u ${unknown} dbsave ...`,
    });
  if (env["PGHOST"]?.includes(","))
    throw new DbsaveError("UNSUPPORTED", "postgres: PGHOST names several hosts", { hint: "Name the one server." });
  const said = Object.entries(variables).map(([part, variable]) => [part, env[variable]] as const);
  return Object.fromEntries(said.filter(([, value]) => value));
}
