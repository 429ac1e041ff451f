import { DbsaveError, isDbsaveError, type RunContext } from "@dbsave/core";
import { type Session, withSession } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { maintenance } from "../../scratch.ts";

export interface ReadReport {
  readonly databases: number;
  /** Heap tables, materialised views and TOAST tables. */
  readonly tables: number;
  readonly indexes: number;
  /** Whether tables and B-tree indexes were checked by amcheck, not only read. */
  readonly amcheck: boolean;
}

interface Relation {
  readonly name: string;
  readonly oid: string;
  readonly isIndex: boolean;
}

/** More would only repeat what is wrong. */
const shownFaults = 10;

/**
 * Reads every page of every table of every database that takes connections, on a throw-away server: with amcheck, where the
 * server has it, every row and B-tree index is checked. VERIFY_FAILED names what is damaged.
 */
export async function readEverything(options: ParsedOptions, ctx: RunContext): Promise<ReadReport> {
  const databases = await withSession(options, maintenance, ctx.signal, (session) =>
    session.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname"),
  );
  const reports: Omit<ReadReport, "databases">[] = [];
  for (const { datname } of databases)
    reports.push(await withSession(options, datname, ctx.signal, (session) => readDatabase(session)));
  return {
    databases: reports.length,
    tables: reports.reduce((sum, { tables }) => sum + tables, 0),
    indexes: reports.reduce((sum, { indexes }) => sum + indexes, 0),
    amcheck: reports.every(({ amcheck }) => amcheck),
  };
}

async function readDatabase(session: Session): Promise<Omit<ReadReport, "databases">> {
  const amcheck = await installAmcheck(session);
  const relations = (await session.query<Relation>(relationsSql)).filter(({ isIndex }) => amcheck !== null || !isIndex);
  const faults: string[] = [];
  for (const relation of relations) {
    if (faults.length < shownFaults) faults.push(...(await faultsOf(session, relation, amcheck)));
  }
  if (faults.length > 0)
    throw new DbsaveError(
      "VERIFY_FAILED",
      `postgres: restored, but damaged: ${session.database}: ${faults.join("; ")}`,
    );
  const indexes = relations.filter(({ isIndex }) => isIndex).length;
  return { tables: relations.length - indexes, indexes, amcheck: amcheck !== null };
}

/** Resolves with the schema of amcheck as SQL, or null where the server does not have it. */
async function installAmcheck(session: Session): Promise<string | null> {
  const found = await session.query("SELECT FROM pg_available_extensions WHERE name = 'amcheck'");
  if (found.length === 0) return null;
  await session.query("SET session_replication_role = replica"); // event triggers are not asked
  await session.query("CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public");
  await session.query("ALTER EXTENSION amcheck UPDATE");
  const [place] = await session.query<{ schema: string }>(
    "SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'amcheck'",
  );
  return place?.schema ?? null;
}

async function faultsOf(session: Session, relation: Relation, amcheck: string | null): Promise<readonly string[]> {
  const { oid, name, isIndex } = relation;
  try {
    if (amcheck === null) await session.query(`SELECT count(*) FROM ONLY ${name}`);
    else if (isIndex) await session.query(`SELECT ${amcheck}.bt_index_check($1::oid::regclass)`, [oid]);
    else {
      const sql = `SELECT msg FROM ${amcheck}.verify_heapam($1::oid::regclass) LIMIT 3`;
      const rows = await session.query<{ msg: string }>(sql, [oid]);
      return rows.map(({ msg }) => `${name}: ${msg}`);
    }
    return [];
  } catch (error) {
    if (isDbsaveError(error, "ABORTED") || isDbsaveError(error, "CONNECT_FAILED")) throw error;
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

const relationsSql = `
  SELECT c.oid::text AS oid, c.oid::regclass::text AS name, c.relkind = 'i' AS "isIndex"
  FROM pg_class c JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE c.relpersistence = 'p' AND (c.relkind IN ('r', 'm', 't') AND a.amname = 'heap'
    OR c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid AND i.indisready)
  ORDER BY c.oid`;
