import type { Session } from "../session.ts";
import { displayName, identifier } from "../sql/quote.ts";
import type { Column } from "./column-hash.ts";

/** A table whose rows a dump holds. */
export interface Table {
  /** `public.orders`, quoted only where it must be. */
  readonly name: string;
  /** As SQL text, without the rows of its children. */
  readonly sql: string;
  readonly pages: number;
  /** `WHERE …` for a table of an extension of which only some rows are the user's. */
  readonly condition: string;
  /** Those that are stored, by name. */
  readonly columns: readonly Column[];
  /** Columns that a sequence fills, by the sequence's oid. */
  readonly counted: readonly CountedColumn[];
  /** Unlogged, on a standby: it has no rows there, and reading it is an error. */
  readonly isAbsent: boolean;
}

export interface CountedColumn {
  readonly sequence: string;
  readonly column: string;
}

interface Row {
  readonly schema: string;
  readonly name: string;
  readonly isLeaf: boolean;
  readonly pages: number;
  readonly condition: string | null;
  readonly columns: readonly Column[] | null;
  readonly counted: readonly CountedColumn[] | null;
  readonly isAbsent: boolean;
}

/** The biggest first. Partitions and children, never their parents' view of them; of extensions what they ask to be dumped. */
export async function* contentTables(session: Session): AsyncIterable<Table> {
  for await (const rows of session.batches<Row>(tablesSql)) {
    for (const { schema, name, isLeaf, pages, condition, columns, counted, isAbsent } of rows) {
      yield {
        name: displayName(schema, name),
        // TimescaleDB hides the rows of a compressed chunk from ONLY, and adds chunks where a hypertable is read without it.
        sql: `${isLeaf ? "" : "ONLY "}${identifier(schema)}.${identifier(name)}`,
        pages,
        condition: condition ?? "",
        columns: columns ?? [],
        counted: counted ?? [],
        isAbsent,
      };
    }
  }
}

/** Tables of which pg_dump reads rows: a relation `c`, its namespace `n`, and the extension that it belongs to. */
export const contentTablesFrom = `
  pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
    SELECT e.oid, (SELECT e.extcondition[i] FROM generate_subscripts(e.extconfig, 1) i WHERE e.extconfig[i] = c.oid) AS condition
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  ) extension ON true`;

export const contentTablesWhere = `
  c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND (extension.oid IS NULL OR extension.condition IS NOT NULL)`;

/** A NOT NULL that is not validated lets a NULL be. A virtual column is no row's own. */
const columnsSql = `
  SELECT a.attrelid AS relation, json_agg(json_build_object('name', a.attname,
    'type', CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace AND (y.typname <> 'bpchar' OR a.atttypmod >= 0) THEN y.typname END,
    'isNullable', NOT a.attnotnull OR unchecked.conkey IS NOT NULL) ORDER BY a.attname COLLATE "C") AS columns
  FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
  LEFT JOIN pg_constraint unchecked
    ON unchecked.conrelid = a.attrelid AND unchecked.contype = 'n' AND NOT unchecked.convalidated AND unchecked.conkey[1] = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  GROUP BY a.attrelid`;

/** Integer columns that a sequence is owned by, or that take their default from one. */
const countedSql = `
  SELECT u.relation, json_agg(json_build_object('sequence', u.sequence::text, 'column', a.attname)) AS columns
  FROM (
    SELECT d.refobjid AS relation, d.refobjsubid AS number, d.objid AS sequence
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT f.adrelid, f.adnum, d.refobjid
    FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
    WHERE d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
  ) u
  JOIN pg_class s ON s.oid = u.sequence AND s.relkind = 'S'
  JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.number AND a.atttypid IN (20, 21, 23)
  GROUP BY u.relation`;

const tablesSql = `
  SELECT n.nspname AS schema, c.relname AS name, c.relpages AS pages, extension.condition,
    NOT c.relhassubclass AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS "isLeaf",
    stored.columns, counted.columns AS counted, c.relpersistence = 'u' AND pg_is_in_recovery() AS "isAbsent"
  FROM ${contentTablesFrom} LEFT JOIN (${columnsSql}) stored ON stored.relation = c.oid
  LEFT JOIN (${countedSql}) counted ON counted.relation = c.oid
  WHERE ${contentTablesWhere}
  ORDER BY c.relpages DESC, c.oid`;
