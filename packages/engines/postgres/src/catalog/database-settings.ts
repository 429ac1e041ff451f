import { DbsaveError } from "@dbsave/core";
import type { Session } from "../session.ts";

/** What a dump into another name does not carry: how the database was made, and what is set on it. */
export interface DatabaseSettings {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** `c` libc, `i` ICU, `b` builtin. */
  readonly provider: string;
  /** Of providers other than libc. */
  readonly locale: string | null;
  readonly icuRules: string | null;
  /** What its text was sorted by; null where the provider has no versions, and before PostgreSQL 15. */
  readonly collationVersion: string | null;
  readonly tablespace: string;
  readonly connectionLimit: number;
  readonly comment: string | null;
  readonly rights: readonly { readonly grantee: string; readonly privilege: string; readonly grantable: boolean }[];
  /** `role` is empty for all roles. */
  readonly settings: readonly { readonly role: string; readonly name: string; readonly value: string }[];
  readonly extensions: readonly { readonly name: string; readonly version: string; readonly schema: string }[];
}

/** Of the database that `session` is in. */
export async function databaseSettings(session: Session): Promise<DatabaseSettings> {
  const [row] = await session.query<{ settings: DatabaseSettings }>(settingsSql);
  if (row === undefined) throw new DbsaveError("INTERNAL", `postgres: no settings: ${session.database}`);
  return row.settings;
}

/** Columns that only newer servers have are taken out of the row's JSON. A setting is stored as `name=value`. */
const settingsSql = `
  SELECT json_build_object(
    'name', d.datname, 'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding),
    'collate', d.datcollate, 'ctype', d.datctype, 'provider', coalesce(j.row ->> 'datlocprovider', 'c'),
    'locale', coalesce(j.row ->> 'datlocale', j.row ->> 'daticulocale'), 'icuRules', j.row ->> 'daticurules',
    'collationVersion', j.row ->> 'datcollversion',
    'tablespace', t.spcname, 'connectionLimit', d.datconnlimit, 'comment', shobj_description(d.oid, 'pg_database'),
    'rights', (SELECT coalesce(json_agg(json_build_object(
        'grantee', CASE x.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(x.grantee) END,
        'privilege', x.privilege_type, 'grantable', x.is_grantable)
        ORDER BY x.grantee = 0, pg_get_userbyid(x.grantee) COLLATE "C", x.privilege_type COLLATE "C"), '[]')
      FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x),
    'settings', (SELECT coalesce(json_agg(json_build_object(
        'role', CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END,
        'name', split_part(c, '=', 1), 'value', substr(c, strpos(c, '=') + 1))
        ORDER BY s.setrole = 0, pg_get_userbyid(s.setrole) COLLATE "C", c COLLATE "C"), '[]')
      FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setdatabase = d.oid),
    'extensions', (SELECT coalesce(json_agg(json_build_object('name', extname, 'version', extversion, 'schema', extnamespace::regnamespace::text) ORDER BY extname), '[]')
      FROM pg_extension)
  ) AS settings
  FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace, LATERAL (SELECT to_jsonb(d) AS row) j
  WHERE d.datname = current_database()`;
