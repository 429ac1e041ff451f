import { DbsaveError, type RunContext } from "@dbsave/core";
import type { ParsedOptions } from "./options.ts";
import type { Session } from "./session.ts";
import type { ToolQuery } from "./tools/find-tool.ts";

/** What the server says of itself and of us. */
export interface Server {
  /** `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
  readonly major: number;
  readonly isSuperuser: boolean;
  readonly isStandby: boolean;
  /** The role that initdb made. */
  readonly bootstrapRole: string;
}

const oldestMajor = 13;

/** UNSUPPORTED for a server that is older than PostgreSQL 13. */
export async function readServer(session: Session): Promise<Server> {
  const [row] = await session.query<Server & { readonly number: string }>(`
    SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
      current_setting('is_superuser') = 'on' AS "isSuperuser", pg_is_in_recovery() AS "isStandby",
      (SELECT rolname FROM pg_roles WHERE oid = 10) AS "bootstrapRole"`);
  if (row === undefined) throw new DbsaveError("INTERNAL", "postgres: the server does not say its version");
  const { number, ...facts } = row;
  const major = Math.trunc(Number(number) / 10_000);
  if (major < oldestMajor)
    throw new DbsaveError("UNSUPPORTED", `postgres: server ${facts.version}: ${oldestMajor} or newer is needed`);
  return { ...facts, major };
}

/** Where to look for the tools of this run. */
export function toolQuery(options: ParsedOptions, ctx: RunContext): ToolQuery {
  return { tools: options.tools ?? ctx.tools, binDirectory: options.binDirectory, signal: ctx.signal };
}
