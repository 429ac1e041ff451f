import { isOwn, rights, sorted } from "./sql-parts.ts";

/**
 * Tables, partitioned tables, views, materialised views and foreign tables with all that hangs on them. What the server
 * names or copies by itself for a partition is left out: a restore may name it otherwise. Columns come in their order, but
 * those of a child by name: a restore puts inherited ones first.
 */
export const relationsSql: string = `
  SELECT format('%s %I.%I', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
      ELSE 'table' END, n.nspname, c.relname) AS name,
    json_build_array(c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispopulated,
      pg_get_userbyid(c.relowner), ${rights("c.relacl", "'r'", "c.relowner")},
      ${sorted("c.reloptions")},
      pg_get_expr(c.relpartbound, c.oid),
      (SELECT json_agg(i.inhparent::regclass ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
      (SELECT json_build_array(s.srvname, ${sorted("f.ftoptions")}) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
      columns.list, constraints.list, indexes.list, triggers.list, policies.list, rules.list, referenced.list
    )::text AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (
    SELECT attrelid, json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull, atthasdef, attidentity,
      attgenerated, nullif(attcollation, 0)::regcollation, ${sorted("attacl")}, ${sorted("attfdwoptions")}
      ) ORDER BY CASE WHEN child.inhrelid IS NULL THEN attnum END, attname COLLATE "C") AS list
    FROM pg_attribute LEFT JOIN (
      SELECT DISTINCT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind <> 'p'
    ) child ON child.inhrelid = attrelid
    WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
  ) columns ON columns.attrelid = c.oid
  LEFT JOIN (
    SELECT k.conrelid, json_agg(json_build_array(k.conname, k.contype, k.convalidated, k.condeferrable, k.condeferred,
      k.confrelid::regclass, k.confupdtype, k.confdeltype, k.confmatchtype,
      ${columnNames("k.conrelid", "k.conkey")}, ${columnNames("k.confrelid", "k.confkey")}) ORDER BY k.conname COLLATE "C") AS list
    FROM pg_constraint k WHERE k.conrelid <> 0 AND k.conparentid = 0 AND k.contype <> 'n' GROUP BY k.conrelid
  ) constraints ON constraints.conrelid = c.oid
  LEFT JOIN (
    SELECT i.indrelid, json_agg(json_build_array(ic.relname, am.amname, i.indisunique, i.indisprimary, i.indisreplident,
      i.indnkeyatts, i.indpred IS NULL, ${columnNames("i.indrelid", "i.indkey::int2[]")}) ORDER BY ic.relname COLLATE "C") AS list
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
    WHERE i.indisvalid AND i.indisready GROUP BY i.indrelid
  ) indexes ON indexes.indrelid = c.oid
  LEFT JOIN (
    SELECT tgrelid, json_agg(json_build_array(tgname, tgtype, tgenabled, tgfoid::regprocedure) ORDER BY tgname COLLATE "C") AS list
    FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 GROUP BY tgrelid
  ) triggers ON triggers.tgrelid = c.oid
  LEFT JOIN (
    SELECT polrelid, json_agg(json_build_array(polname, polcmd, polpermissive,
      (SELECT json_agg(role ORDER BY role COLLATE "C") FROM (
        SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END AS role FROM unnest(polroles) r) roles)
      ) ORDER BY polname COLLATE "C") AS list
    FROM pg_policy GROUP BY polrelid
  ) policies ON policies.polrelid = c.oid
  LEFT JOIN (
    SELECT ev_class, json_agg(json_build_array(rulename, ev_type, ev_enabled, is_instead) ORDER BY rulename COLLATE "C") AS list
    FROM pg_rewrite GROUP BY ev_class
  ) rules ON rules.ev_class = c.oid
  LEFT JOIN (
    SELECT w.ev_class, json_agg(DISTINCT d.refobjid::regclass::text ORDER BY d.refobjid::regclass::text) AS list
    FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    WHERE d.refclassid = 'pg_class'::regclass GROUP BY w.ev_class
  ) referenced ON referenced.ev_class = c.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND ${isOwn("pg_class", "c")}`;

/** SQL text: the names behind column numbers, in their order; null for an expression. */
function columnNames(relation: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY u.position) FROM unnest(${numbers}) WITH ORDINALITY u (number, position)
    LEFT JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number AND u.number > 0)`;
}
