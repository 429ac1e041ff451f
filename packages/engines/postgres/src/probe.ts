import type { Finding, RunContext, ServerFacts } from "@dbsave/core";
import { withSession } from "./connect.ts";
import { dataDirectory } from "./data-directory.ts";
import { abandonedFindings } from "./databases/abandoned.ts";
import { chooseDatabases, withMaintenance } from "./databases/choose.ts";
import { describeDatabases } from "./describe-databases.ts";
import { describe, type ParsedOptions } from "./options.ts";
import { clusterBytes, examinePhysical } from "./physical/examine/examine-physical.ts";
import { closedDatabases, serverPrivileges } from "./privileges/server-privileges.ts";
import { missingPrivileges } from "./privileges.ts";
import { readServer, toolQuery } from "./server.ts";
import type { Session } from "./session.ts";
import { identifier } from "./sql/quote.ts";
import { lookForTool } from "./tools/find-tool.ts";

/**
 * Reads catalogs only, and tells what the target's methods lack. A database that the role may not connect to is a finding; what
 * is in it is not told.
 */
export async function probe(options: ParsedOptions, ctx: RunContext): Promise<ServerFacts> {
  const isLogical = options.methods.includes("logical");
  const databases = isLogical ? await chooseDatabases(options, ctx.signal) : [];
  const { server, identity, place, closed, ...general } = await withMaintenance(
    options,
    [],
    ctx.signal,
    async (session) => {
      const facts = await readServer(session);
      const shut = await closedDatabases(session, databases);
      const data = await dataDirectory(options, session);
      const privileges = await serverPrivileges(session, facts, options.user, shut);
      const physical = await examinePhysical(options, session, ctx.signal);
      const findings = [...privileges, ...physical, ...(await abandonedFindings(session)), ...data.findings];
      const bytes = options.physical === null ? 0 : await clusterBytes(session);
      return { server: facts, identity: await identityOf(session), place: data, closed: shut, findings, bytes };
    },
  );
  const findings: Finding[] = [];
  let sizeBytes = 0;
  for (const database of databases) {
    if (closed.includes(database)) continue;
    await withSession(options, database, ctx.signal, async (session) => {
      findings.push(...(await missingPrivileges(session, server, options.user)), ...(await doubtful(session)));
      findings.push(...((await options.profile.examine?.(session)) ?? []));
      sizeBytes += await sizeOf(session);
    });
  }
  const client = isLogical ? await lookForTool("pg_dump", server.major, toolQuery(options, ctx)) : { findings: [] };
  findings.push(...client.findings);
  return {
    version: server.version,
    identity: options.databases === null ? `${identity}/${options.database}` : identity,
    description: describe(options),
    sizeBytes: Math.max(sizeBytes, general.bytes),
    findings: [...general.findings, ...findings.map((finding) => ({ ...finding, method: "logical" }))].filter(
      ({ method }) => options.methods.some((wanted) => method === undefined || method === wanted),
    ),
    details: {
      databases: databases.length,
      standby: server.isStandby,
      superuser: server.isSuperuser,
      clientVersion: client.found?.version ?? "",
      ...place.details,
      ...(isLogical && closed.length === 0 ? await describeDatabases(options, ctx.signal) : {}),
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
      warning(database, `index ${name} is invalid; a dump leaves it out`, `REINDEX INDEX CONCURRENTLY ${name};`),
    ),
    ...collations.map(({ was, is }) =>
      warning(
        database,
        `its text was sorted by collation version ${was}, the system has ${is}`,
        `REINDEX DATABASE ${identifier(database)}; ALTER DATABASE ${identifier(database)} REFRESH COLLATION VERSION;`,
      ),
    ),
  ];
}

function warning(object: string, message: string, fix: string): Finding {
  return { severity: "warning", code: "SOURCE_INVALID", object, message, fix };
}
