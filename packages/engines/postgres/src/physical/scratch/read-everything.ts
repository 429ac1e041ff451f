import { DbsaveError, isDbsaveError, type RunContext } from "@dbsave/core";
import { withSession } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { maintenance } from "../../scratch.ts";
import type { Session } from "../../session.ts";

export interface ReadReport {
  readonly databases: number;
  /** Heap tables, materialised views and TOAST tables. */
  readonly tables: number;
  /** Of tables and materialised views. */
  readonly rows: number;
  readonly indexes: number;
  /** Whether tables and B-tree indexes were checked by amcheck, not only read. */
  readonly amcheck: boolean;
  /** Whether the server verified the checksum of each page that it read. */
  readonly dataChecksums: boolean;
}

type DatabaseReport = Omit<ReadReport, "databases" | "dataChecksums">;

interface Relation {
  readonly name: string;
  readonly oid: string;
  readonly isIndex: boolean;
  readonly isToast: boolean;
}

/** More would only repeat what is wrong. */
const shownFaults = 10;

/**
 * Reads every page of every table of every database that takes connections, on a throw-away server: with amcheck, where the
 * server has it, every row and B-tree index is checked. VERIFY_FAILED names what is damaged.
 */
export async function readEverything(options: ParsedOptions, ctx: RunContext): Promise<ReadReport> {
  const databases = await withSession(options, maintenance, ctx.signal, (session) =>
    session.query<{ datname: string; checksums: boolean }>(databasesSql),
  );
  const reports: DatabaseReport[] = [];
  for (const { datname } of databases)
    reports.push(await withSession(options, datname, ctx.signal, (session) => readDatabase(session)));
  return {
    databases: reports.length,
    tables: reports.reduce((sum, { tables }) => sum + tables, 0),
    rows: reports.reduce((sum, { rows }) => sum + rows, 0),
    indexes: reports.reduce((sum, { indexes }) => sum + indexes, 0),
    dataChecksums: databases.every(({ checksums }) => checksums),
    amcheck: reports.every(({ amcheck }) => amcheck),
  };
}

async function readDatabase(session: Session): Promise<DatabaseReport> {
  const amcheck = await installAmcheck(session);
  const relations = (await session.query<Relation>(relationsSql)).filter(({ isIndex }) => amcheck !== null || !isIndex);
  const faults: string[] = [];
  let rows = 0;
  for (const relation of relations) {
    if (faults.length >= shownFaults) break;
    const found = await read(session, relation, amcheck);
    rows += found.rows;
    faults.push(...found.faults);
  }
  if (faults.length > 0)
    throw new DbsaveError(
      "VERIFY_FAILED",
      `postgres: restored, but damaged: ${session.database}: ${faults.join("; ")}`,
    );
  const indexes = relations.filter(({ isIndex }) => isIndex).length;
  return { tables: relations.length - indexes, rows, indexes, amcheck: amcheck !== null };
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

interface Found {
  readonly rows: number;
  readonly faults: readonly string[];
}

async function read(session: Session, relation: Relation, amcheck: string | null): Promise<Found> {
  const { name, isIndex, isToast } = relation;
  try {
    const faults = amcheck === null ? [] : await check(session, relation, amcheck);
    if (isIndex || faults.length > 0 || (isToast && amcheck !== null)) return { rows: 0, faults };
    const [counted] = await session.query<{ n: string }>(`SELECT count(*)::text AS n FROM ONLY ${name}`);
    return { rows: isToast ? 0 : Number(counted?.n ?? 0), faults };
  } catch (error) {
    if (isDbsaveError(error, "ABORTED") || isDbsaveError(error, "CONNECT_FAILED")) throw error;
    return { rows: 0, faults: [`${name}: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

async function check(session: Session, { oid, name, isIndex }: Relation, amcheck: string): Promise<readonly string[]> {
  if (isIndex) {
    await session.query(`SELECT ${amcheck}.bt_index_check($1::oid::regclass)`, [oid]);
    return [];
  }
  const sql = `SELECT msg FROM ${amcheck}.verify_heapam($1::oid::regclass) LIMIT 3`;
  const rows = await session.query<{ msg: string }>(sql, [oid]);
  return rows.map(({ msg }) => `${name}: ${msg}`);
}

const databasesSql = `SELECT datname, current_setting('data_checksums') = 'on' AS checksums
  FROM pg_database WHERE datallowconn ORDER BY datname`;

const relationsSql = `
  SELECT c.oid::text AS oid, c.oid::regclass::text AS name, c.relkind = 'i' AS "isIndex", c.relkind = 't' AS "isToast"
  FROM pg_class c JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE c.relpersistence = 'p' AND (c.relkind IN ('r', 'm', 't') AND a.amname = 'heap'
    OR c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid AND i.indisready)
  ORDER BY c.oid`;
