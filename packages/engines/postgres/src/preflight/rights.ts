import type { Finding, Manifest } from "@dbsave/core";
import type { ParsedOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";

interface Rights {
  readonly mayAll: boolean;
  readonly mayCreateDatabases: boolean;
  readonly mayCreateRoles: boolean;
  readonly roles: readonly string[];
  readonly limit: number;
  readonly used: number;
  readonly free: number;
}

/** What keeps the role from making databases and roles there, and from opening `sessions`, with the SQL that changes it. */
export async function examineRights(
  session: Session,
  { user, globals }: Pick<ParsedOptions, "user" | "globals">,
  { fingerprint }: Manifest,
  sessions: number,
): Promise<readonly Finding[]> {
  const [rights] = await session.query<Rights>(rightsSql);
  if (rights === undefined) return [];
  const findings: Finding[] = [];
  const role = identifier(user);
  const say = (message: string, fix: string): void => {
    findings.push({ severity: "error", code: "PERMISSION_DENIED", object: `role ${user}`, message, fix });
  };
  if (!rights.mayAll && !rights.mayCreateDatabases)
    say("may not create a database", `Run as a superuser: ALTER ROLE ${role} CREATEDB;`);
  const there = new Set(rights.roles);
  const missing = (fingerprint?.items ?? []).filter(({ kind, name }) => kind === "role" && !there.has(name));
  const [first] = missing;
  if (first !== undefined && globals !== "skip" && !rights.mayAll && !rights.mayCreateRoles)
    say(
      `may not create the ${missing.length} roles that are missing, such as ${first.name}`,
      `Run as a superuser: ALTER ROLE ${role} CREATEROLE;`,
    );
  if (!rights.mayAll && rights.limit !== -1 && rights.limit - rights.used < sessions)
    say(
      `may open ${rights.limit} sessions and has ${rights.used}; the restore needs ${sessions} more`,
      `Run as a superuser: ALTER ROLE ${role} CONNECTION LIMIT ${rights.used + sessions};`,
    );
  if (rights.free < sessions) {
    const message = `the server has room for ${rights.free} more sessions, the restore needs ${sessions}`;
    const fix = "End sessions, ask for fewer jobs, or raise max_connections.";
    findings.push({ severity: "error", code: "CONNECT_FAILED", object: "max_connections", message, fix });
  }
  return findings;
}

/** The session of the query itself is not among those in use. */
const rightsSql = `
  SELECT r.rolsuper AS "mayAll", r.rolcreatedb AS "mayCreateDatabases", r.rolcreaterole AS "mayCreateRoles",
    r.rolconnlimit AS limit, (SELECT json_agg(rolname) FROM pg_roles) AS roles,
    (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()) AS used,
    (current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int END
      - (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())) AS free
  FROM pg_roles r WHERE r.rolname = current_user`;
