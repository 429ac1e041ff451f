import type { Secret, ToolOptions } from "@dbsave/core";
import type { ParsedOptions } from "../options.ts";

/** How the tools reach the server: by environment, which other users cannot read, and never by argument. */
export function toolConnection(options: ParsedOptions): NonNullable<ToolOptions["env"]> {
  const { host, port, user, password, ssl, sslRootCertificate } = options;
  const optional: Record<string, string | Secret> = {};
  if (password !== null) optional["PGPASSWORD"] = password;
  if (sslRootCertificate !== null) optional["PGSSLROOTCERT"] = sslRootCertificate;
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGSSLMODE: ssl,
    PGAPPNAME: "dbsave",
    PGCONNECT_TIMEOUT: "15",
    ...optional,
  };
}
