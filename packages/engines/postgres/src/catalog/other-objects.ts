import { rights, sorted } from "./sql-parts.ts";

/** SQL text: a column that not every server has; null where it has not. */
function newer(column: string): string {
  return `(to_jsonb(o) ->> '${column}')`;
}

/** SQL text: the tables that a publication names, or that are in its schemas, and how much of each. */
const publishedTables = `(SELECT json_agg(t.line ORDER BY t.line COLLATE "C") FROM (
      SELECT format('%I.%I', p.schemaname, p.tablename) AS line FROM pg_publication_tables p WHERE p.pubname = o.pubname AND NOT o.puballtables
      UNION ALL
      SELECT format('%s %s %s', r.prrelid::regclass, to_jsonb(r) ->> 'prqual' IS NOT NULL,
        (SELECT json_agg(a.attname ORDER BY a.attname COLLATE "C") FROM pg_attribute a WHERE a.attrelid = r.prrelid AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum)))
      FROM pg_publication_rel r WHERE r.prpubid = o.oid) t)`;

/** Rare objects: that they are there, under the name the server gives them, and what can be said of them shortly. */
const simple: readonly (readonly [catalog: string, definition: string])[] = [
  ["pg_cast", "json_build_array(o.castcontext, o.castmethod)"],
  [
    "pg_collation",
    `json_build_array(o.collprovider, o.collisdeterministic, coalesce(${newer("colllocale")}, ${newer("colliculocale")}, o.collcollate::text),
      ${newer("collicurules")})`,
  ],
  ["pg_conversion", "json_build_array(o.condefault)"],
  ["pg_event_trigger", "json_build_array(o.evtevent, o.evtenabled, o.evttags, o.evtfoid::regproc)"],
  ["pg_foreign_data_wrapper", `json_build_array(${sorted("o.fdwoptions")})`],
  ["pg_foreign_server", `json_build_array(o.srvtype, o.srvversion, ${sorted("o.srvoptions")})`],
  ["pg_language", "json_build_array(o.lanpltrusted)"],
  ["pg_opclass", "json_build_array(o.opcdefault)"],
  ["pg_operator", "json_build_array(o.oprcanmerge, o.oprcanhash)"],
  ["pg_opfamily", "json_build_array()"],
  [
    "pg_publication",
    `json_build_array(o.puballtables, o.pubinsert, o.pubupdate, o.pubdelete, o.pubtruncate, o.pubviaroot, ${publishedTables})`,
  ],
  ["pg_statistic_ext", "json_build_array(o.stxkind)"],
  ["pg_ts_config", "json_build_array()"],
  ["pg_ts_dict", "json_build_array(o.dictinitoption)"],
  ["pg_ts_parser", "json_build_array()"],
  ["pg_ts_template", "json_build_array()"],
];

const extensions = `
  SELECT format('extension %I', x.extname) AS name, json_build_array(x.extversion, n.nspname)::text AS definition
  FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace`;

/** Not the options' values: there are passwords among them. */
const userMappings = `
  SELECT format('user mapping of %s on %I', m.usename, m.srvname),
    (SELECT json_agg(split_part(x, '=', 1) ORDER BY x COLLATE "C") FROM unnest(m.umoptions) x)::text
  FROM pg_user_mappings m`;

const defaultRights = `
  SELECT format('default rights %s %s %s', pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''), d.defaclobjtype),
    ${rights("d.defaclacl", `CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END`, "d.defaclrole")}::text
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`;

/** Columns by name: their numbers have gaps where others were dropped, which a restore closes. */
const comments = `
  SELECT 'comments', json_build_array(count(*), sum(hashtextextended(concat_ws(' ', a.attname, d.description), 0)))::text
  FROM pg_description d
  LEFT JOIN pg_attribute a ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = nullif(d.objsubid, 0)
  WHERE d.objoid >= 16384 AND d.classoid NOT IN ('pg_extension'::regclass, 'pg_database'::regclass)
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`;

function named([catalog, definition]: (typeof simple)[number]): string {
  return `
  SELECT format('%s %s', i.type, i.identity), (${definition})::text
  FROM ${catalog} o, pg_identify_object('${catalog}'::regclass, o.oid, 0) i
  WHERE o.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = '${catalog}'::regclass AND e.objid = o.oid AND e.deptype IN ('e', 'i'))`;
}

export const otherObjectsSql: string = [extensions, userMappings, defaultRights, comments, ...simple.map(named)].join(
  " UNION ALL ",
);
