/**
 * SQL text: rights as sorted text, the default ones spelled out. `kind` is SQL text for what `acldefault` takes. Who has all
 * that this server knows has ALL, as a dump says it: newer servers know more.
 */
export function rights(acl: string, kind: string, owner: string): string {
  const all = `(SELECT count(*) FROM aclexplode(acldefault(${kind}, ${owner})) o WHERE o.grantee = ${owner})`;
  return `(SELECT json_agg(r.line ORDER BY r.line COLLATE "C") FROM (
    SELECT concat_ws(' ', CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, x.is_grantable,
      CASE count(DISTINCT x.privilege_type) WHEN ${all} THEN 'ALL'
        ELSE string_agg(DISTINCT x.privilege_type, ',' ORDER BY x.privilege_type) END) AS line
    FROM aclexplode(coalesce(${acl}, acldefault(${kind}, ${owner}))) x GROUP BY x.grantee, x.is_grantable) r)`;
}

/** SQL text: whether an object is the user's own, and not a part of an extension or of the server. */
export function isOwn(catalog: string, alias: string): string {
  return `${alias}.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`;
}

/** SQL text: options in one order, which a dump does not keep. */
export function sorted(options: string): string {
  return `(SELECT json_agg(x::text ORDER BY x::text COLLATE "C") FROM unnest(${options}) x)`;
}
