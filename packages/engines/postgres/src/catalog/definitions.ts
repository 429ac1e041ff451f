import { isOwn, rights } from "./sql-parts.ts";

export const schemasSql: string = `
  SELECT format('schema %I', n.nspname) AS name,
    json_build_array(pg_get_userbyid(n.nspowner), ${rights("n.nspacl", "'n'", "n.nspowner")})::text AS definition
  FROM pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')`;

/** The text of a function is kept as it was written; a body in standard SQL is not, and not compared. */
export const functionsSql: string = `
  SELECT format('function %s', p.oid::regprocedure) AS name,
    json_build_array(p.prokind, l.lanname, pg_get_function_result(p.oid), p.provolatile, p.proisstrict, p.prosecdef,
      p.proleakproof, p.proparallel, p.procost, p.prorows, p.proconfig, p.proargnames, p.prosrc,
      pg_get_userbyid(p.proowner), ${rights("p.proacl", "'f'", "p.proowner")})::text AS definition
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname !~ '^pg_' AND ${isOwn("pg_proc", "p")}
    AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')`;

/** Enums, domains, ranges and composite types; not the row types of tables. */
export const typesSql: string = `
  SELECT format('type %s', t.oid::regtype) AS name,
    json_build_array(t.typtype, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull,
      nullif(t.typcollation, 0)::regcollation, pg_get_userbyid(t.typowner), ${rights("t.typacl", "'T'", "t.typowner")},
      (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
      (SELECT json_agg(json_build_array(k.conname, k.convalidated) ORDER BY k.conname COLLATE "C")
       FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
      (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
      (SELECT r.rngsubtype::regtype FROM pg_range r WHERE r.rngtypid = t.oid))::text AS definition
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r', 'c') AND coalesce(c.relkind, 'c') = 'c' AND n.nspname !~ '^pg_' AND ${isOwn("pg_type", "t")}`;
