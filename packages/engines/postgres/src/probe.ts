import { type Finding, isDbsaveError, type RunContext, type ServerFacts } from "@dbsave/core";
import { type Session, withSession } from "./connect.ts";
import { dataDirectory } from "./data-directory.ts";
import { abandonedFindings } from "./databases/abandoned.ts";
import { chooseDatabases, withMaintenance } from "./databases/choose.ts";
import { describeDatabases } from "./describe-databases.ts";
import { describe, type ParsedOptions } from "./options.ts";
import { missingPrivileges } from "./privileges.ts";
import { readServer, type Server, toolQuery } from "./server.ts";
import { identifier } from "./sql/quote.ts";
import { findTool } from "./tools/find-tool.ts";

/** Reads catalogs only. */
export async function probe(options: ParsedOptions, ctx: RunContext): Promise<ServerFacts> {
  const databases = await chooseDatabases(options, ctx.signal);
  const findings: Finding[] = [];
  let sizeBytes = 0;
  const read = async (session: Session): Promise<{ readonly server: Server; readonly identity: string }> => {
    const server = await readServer(session);
    findings.push(...(await missingPrivileges(session, server, options.user)), ...(await doubtful(session)));
    findings.push(...((await options.profile.examine?.(session)) ?? []));
    sizeBytes += await sizeOf(session);
    return { server, identity: await identityOf(session) };
  };
  const facts = [];
  for (const database of databases) facts.push(await withSession(options, database, ctx.signal, read));
  const { server, identity } = facts[0] ?? (await withSession(options, options.database, ctx.signal, read));
  findings.push(...(await withMaintenance(options, [], ctx.signal, abandonedFindings)));
  findings.push(...(await checkpointRight(options, server, ctx)));
  const { clientVersion, finding } = await findClient(options, server, ctx);
  findings.push(...finding);
  const place = await withMaintenance(options, [], ctx.signal, (session) => dataDirectory(options, session));
  findings.push(...place.findings);
  return {
    version: server.version,
    identity: options.databases === null ? `${identity}/${options.database}` : identity,
    description: describe(options),
    sizeBytes,
    findings,
    details: {
      databases: databases.length,
      standby: server.isStandby,
      superuser: server.isSuperuser,
      clientVersion,
      ...place.details,
      ...(await describeDatabases(options, ctx.signal)),
    },
  };
}

async function sizeOf(session: Session): Promise<number> {
  const [row] = await session.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size");
  return Number(row?.size ?? 0);
}

/** The system identifier, made by initdb, which every role may read. */
async function identityOf(session: Session): Promise<string> {
  const [row] = await session.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()");
  return `system:${row?.id}`;
}

/** Indexes that a dump leaves out, and text that may be sorted in another way than its indexes believe. */
async function doubtful(session: Session): Promise<readonly Finding[]> {
  const { database } = session;
  const invalid = await session.query<{ name: string }>(`
    SELECT indexrelid::regclass::text AS name FROM pg_index
    WHERE NOT indisvalid AND indrelid >= 16384 ORDER BY indexrelid LIMIT 20`);
  const collations = await session.query<{ was: string; is: string }>(`
    SELECT j.row ->> 'datcollversion' AS was, v.version AS is
    FROM pg_database d, LATERAL (SELECT to_jsonb(d) AS row) j,
      LATERAL (SELECT pg_collation_actual_version(oid) AS version FROM pg_collation WHERE collname = 'default') v
    WHERE d.datname = current_database() AND j.row ->> 'datcollversion' <> v.version`);
  return [
    ...invalid.map(({ name }) =>
      warning(
        database,
        `postgres: ${database}: index ${name} is invalid; a dump leaves it out`,
        `REINDEX INDEX CONCURRENTLY ${name};`,
      ),
    ),
    ...collations.map(({ was, is }) =>
      warning(
        database,
        `postgres: ${database}: its text was sorted by collation version ${was}, the system has ${is}`,
        `REINDEX DATABASE ${identifier(database)}; ALTER DATABASE ${identifier(database)} REFRESH COLLATION VERSION;`,
      ),
    ),
  ];
}

function warning(object: string, message: string, fix: string): Finding {
  return { severity: "warning", code: "SOURCE_INVALID", object, message, fix };
}

async function checkpointRight(options: ParsedOptions, server: Server, ctx: RunContext): Promise<readonly Finding[]> {
  if (server.isSuperuser) return [];
  if (server.major >= 15) {
    const sql = "SELECT pg_has_role('pg_checkpoint', 'USAGE') AS may";
    const rows = await withSession(options, options.database, ctx.signal, (session) =>
      session.query<{ may: boolean }>(sql),
    );
    if (rows[0]?.may === true) return [];
  }
  const fix =
    server.major >= 15 ? `GRANT pg_checkpoint TO ${identifier(options.user)};` : "Use a superuser, or save: optional.";
  const message = `postgres: role ${options.user} may not CHECKPOINT, which save needs`;
  return [{ severity: "warning", code: "SAVE_FAILED", object: options.user, message, fix }];
}

async function findClient(
  options: ParsedOptions,
  server: Server,
  ctx: RunContext,
): Promise<{ readonly clientVersion: string; readonly finding: readonly Finding[] }> {
  try {
    const { version } = await findTool("pg_dump", server.major, toolQuery(options, ctx));
    return { clientVersion: version, finding: [] };
  } catch (error) {
    if (!isDbsaveError(error, "TOOL_MISSING")) throw error;
    const { code, message, hint } = error;
    return { clientVersion: "", finding: [{ severity: "error", code, object: "pg_dump", message, fix: hint }] };
  }
}
