import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "../session.ts";

/** One item per role of the server that is not predefined. */
export async function roleItems(session: Session): Promise<readonly FingerprintItem[]> {
  const roles = await session.query<{ name: string; definition: string }>(`
    SELECT r.rolname AS name, json_build_array(
      rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil,
      (SELECT json_agg(s.setconfig) FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0),
      (SELECT json_agg(json_build_array(g.rolname, m.admin_option) ORDER BY g.rolname COLLATE "C", m.admin_option)
       FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid)
    )::text AS definition
    FROM pg_roles r WHERE r.rolname !~ '^pg_'`);
  return roles.map(({ name, definition }) => ({ kind: "role", name, hash: hash("sha256", definition) }));
}
