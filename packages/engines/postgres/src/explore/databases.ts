import type { ExploredItem } from "@dbsave/core";
import type { Session } from "../session.ts";

interface Row {
  readonly name: string;
  readonly size: string | null;
  readonly owner: string;
  readonly encoding: string;
}

/** Every database that can hold data. The size of one that the role may not connect to is not told. */
export async function databaseItems(session: Session): Promise<ExploredItem[]> {
  const rows = await session.query<Row>(`
    SELECT datname AS name, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
      CASE WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE') THEN pg_database_size(oid) END AS size
    FROM pg_database WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2 ORDER BY datname COLLATE "C"`);
  return rows.map(({ name, size, owner, encoding }) => ({
    kind: "database",
    path: [name],
    ...(size === null ? {} : { sizeBytes: Number(size) }),
    details: { owner, encoding },
  }));
}
