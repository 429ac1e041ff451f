import { DbsaveError, type Finding } from "@dbsave/core";
import { grantReading } from "./privileges/grant-reading.ts";
import { contentTablesFrom, contentTablesWhere } from "./rows/tables.ts";
import type { Server } from "./server.ts";
import type { Session } from "./session.ts";
import { identifier } from "./sql/quote.ts";

interface Missing {
  readonly hidden: number;
  readonly hiddenNames: string | null;
  readonly schemas: readonly string[];
  readonly owners: readonly string[];
  readonly filtered: number;
  readonly filteredNames: string | null;
  readonly largeObjects: number;
}

const shownNames = 5;

/** What keeps the role from reading the whole of the session's database, with the SQL that an administrator must run. */
export async function missingPrivileges(session: Session, server: Server, user: string): Promise<readonly Finding[]> {
  if (server.isSuperuser) return [];
  const [row] = await session.query<Missing>(missingSql);
  if (row === undefined) return [];
  const { database: object } = session;
  const role = identifier(user);
  const missing = (message: string, statements: readonly string[]): Finding => {
    const fix = statements.filter((statement) => !statement.startsWith("\\")).join(" ");
    return { severity: "error", code: "PERMISSION_DENIED", object, message, fix, statements };
  };
  const findings: Finding[] = [];
  if (row.hiddenNames !== null) {
    const statements = grantReading({ role: user, major: server.major, database: object, ...row });
    findings.push(missing(`role ${user} cannot read ${listed(row.hidden, row.hiddenNames)}`, statements));
  }
  if (row.filteredNames !== null) {
    const what = listed(row.filtered, row.filteredNames);
    findings.push(
      missing(`role ${user} sees only some rows, by row security, of ${what}`, [`ALTER ROLE ${role} BYPASSRLS;`]),
    );
  }
  if (row.largeObjects > 0) {
    const message = `role ${user} cannot read ${row.largeObjects} of the large objects; the setting lifts all checks on them for this role`;
    findings.push(missing(message, [`ALTER ROLE ${role} SET lo_compat_privileges = on;`]));
  }
  return findings;
}

/** PERMISSION_DENIED, before anything is dumped: a dump that leaves a table out must never come to be. */
export async function refuseMissingPrivileges(session: Session, server: Server, user: string): Promise<void> {
  const findings = await missingPrivileges(session, server, user);
  refuseErrors(findings.map((finding) => ({ ...finding, message: `postgres: ${finding.object}: ${finding.message}` })));
}

/** Throws the first error, with the remedies of all. */
export function refuseErrors(findings: readonly Finding[]): void {
  const [first, ...others] = findings.filter(({ severity }) => severity === "error");
  if (first === undefined) return;
  const hint = [first, ...others].flatMap(({ fix }) => fix ?? []).join(" ");
  throw new DbsaveError(first.code, first.message, hint === "" ? {} : { hint });
}

function listed(count: number, names: string): string {
  return count > shownNames ? `${names} and ${count - shownNames} more` : names;
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
    SELECT r.name, c.relnamespace, c.relowner, row_number() OVER (ORDER BY r.name) AS number
    FROM readable r JOIN pg_class c USING (oid)
    WHERE NOT has_schema_privilege(c.relnamespace, 'USAGE')
      OR NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(oid, 'SELECT') ELSE has_table_privilege(oid, 'SELECT') END
  ), filtered AS (
    SELECT name, row_number() OVER (ORDER BY name) AS number FROM readable WHERE filtered
  )
  SELECT (SELECT count(*) FROM hidden)::float8 AS hidden,
    (SELECT string_agg(name, ', ' ORDER BY number) FROM hidden WHERE number <= ${shownNames}) AS "hiddenNames",
    ARRAY(SELECT nspname::text FROM pg_namespace WHERE oid IN (SELECT relnamespace FROM hidden) ORDER BY 1) AS schemas,
    ARRAY(SELECT rolname::text FROM pg_roles WHERE oid IN (SELECT relowner FROM hidden) ORDER BY 1) AS owners,
    (SELECT count(*) FROM filtered)::float8 AS filtered,
    (SELECT string_agg(name, ', ' ORDER BY number) FROM filtered WHERE number <= ${shownNames}) AS "filteredNames",
    CASE WHEN current_setting('lo_compat_privileges') = 'on' THEN 0 ELSE (
      SELECT count(*) FROM pg_largeobject_metadata m WHERE NOT pg_has_role(m.lomowner, 'USAGE') AND NOT EXISTS (
        SELECT FROM aclexplode(m.lomacl) a
        WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR CASE WHEN a.grantee <> 0 THEN pg_has_role(a.grantee, 'USAGE') END)))
    END::float8 AS "largeObjects"`;
