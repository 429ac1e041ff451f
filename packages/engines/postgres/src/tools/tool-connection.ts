import type { Secret, ToolOptions } from "@dbsave/core";
import { keepAliveSeconds } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { databaseArgument } from "../sql/quote.ts";

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

/** The database for the command line, with what no variable of the environment can say. */
export function toolDatabase(name: string): string {
  return `${databaseArgument(name)} keepalives_idle=${keepAliveSeconds} keepalives_interval=10 keepalives_count=6`;
}
