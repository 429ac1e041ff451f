import { DbsaveError, type Finding } from "@dbsave/core";
import type { Session } from "./connect.ts";
import { contentTablesFrom, contentTablesWhere } from "./rows/tables.ts";
import type { Server } from "./server.ts";
import { identifier } from "./sql/quote.ts";

interface Missing {
  readonly hidden: string;
  readonly hiddenNames: string | null;
  readonly filtered: string;
  readonly filteredNames: string | null;
}

const shownNames = 5;

/** What keeps the role from reading the whole of the session's database, with the SQL that an administrator must run. */
export async function missingPrivileges(session: Session, server: Server, user: string): Promise<readonly Finding[]> {
  if (server.isSuperuser) return [];
  const [row] = await session.query<Missing>(missingSql);
  const role = identifier(user);
  const findings: Finding[] = [];
  const say = (count: string, names: string | null, what: string, fix: string): void => {
    if (names === null) return;
    const more = Number(count) > shownNames ? ` and ${Number(count) - shownNames} more` : "";
    const message = `postgres: ${session.database}: role ${user} ${what} ${names}${more}`;
    findings.push({ severity: "error", code: "PERMISSION_DENIED", object: session.database, message, fix });
  };
  if (row !== undefined) {
    const grant =
      server.major >= 14
        ? `GRANT pg_read_all_data TO ${role};`
        : `GRANT USAGE ON SCHEMA … TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA … TO ${role};`;
    say(row.hidden, row.hiddenNames, "cannot read", grant);
    say(row.filtered, row.filteredNames, "sees only some rows, by row security, of", `ALTER ROLE ${role} BYPASSRLS;`);
  }
  return findings;
}

/** PERMISSION_DENIED, before anything is dumped: a dump that leaves a table out must never come to be. */
export async function refuseMissingPrivileges(session: Session, server: Server, user: string): Promise<void> {
  refuseErrors(await missingPrivileges(session, server, user));
}

/** Throws the first error, with the remedies of all. */
export function refuseErrors(findings: readonly Finding[]): void {
  const [first, ...others] = findings.filter(({ severity }) => severity === "error");
  if (first === undefined) return;
  const hint = [first, ...others].flatMap(({ fix }) => fix ?? []).join(" ");
  throw new DbsaveError(first.code, first.message, hint === "" ? {} : { hint });
}

const missingSql = `
  WITH readable AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relrowsecurity AND row_security_active(c.oid) AS filtered
    FROM ${contentTablesFrom} WHERE ${contentTablesWhere}
    UNION ALL
    SELECT c.oid, c.oid::regclass::text, false
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend e
      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  ), hidden AS (
    SELECT r.name, row_number() OVER (ORDER BY r.name) AS number
    FROM readable r JOIN pg_class c USING (oid)
    WHERE NOT has_schema_privilege(c.relnamespace, 'USAGE')
      OR NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(oid, 'SELECT') ELSE has_table_privilege(oid, 'SELECT') END
  ), filtered AS (
    SELECT name, row_number() OVER (ORDER BY name) AS number FROM readable WHERE filtered
  )
  SELECT (SELECT count(*) FROM hidden) AS hidden,
    (SELECT string_agg(name, ', ' ORDER BY number) FROM hidden WHERE number <= ${shownNames}) AS "hiddenNames",
    (SELECT count(*) FROM filtered) AS filtered,
    (SELECT string_agg(name, ', ' ORDER BY number) FROM filtered WHERE number <= ${shownNames}) AS "filteredNames"`;
