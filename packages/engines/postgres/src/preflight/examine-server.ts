import type { ArtifactSource, Finding, RunContext } from "@dbsave/core";
import { contentsOf, readDatabaseSettings } from "../backup-contents.ts";
import type { Session } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { readServer, toolQuery } from "../server.ts";
import { lookForTool } from "../tools/find-tool.ts";
import { examineExtensions } from "./extensions.ts";
import { examineLocales } from "./locales.ts";
import { examineRights } from "./rights.ts";

/** What is to be restored. */
export interface Wanted {
  readonly databases: readonly string[];
  readonly jobs: number;
}

const ownSessions = 2;

/**
 * Everything about the session's server and the programs that can be known to prevent the restore, or to make it another one,
 * before anything is made. Reads catalogs and the small artifacts of the backup.
 */
export async function examineServer(
  options: ParsedOptions,
  session: Session,
  source: ArtifactSource,
  { databases, jobs }: Wanted,
  ctx: RunContext,
): Promise<readonly Finding[]> {
  const { serverMajor, clientMajor } = contentsOf(source.manifest);
  const { major, version, isStandby } = await readServer(session);
  if (isStandby) {
    const message = "the server is a standby, which takes changes from its primary only";
    return [{ severity: "error", code: "UNSUPPORTED", object: options.host, message }];
  }
  if (major < serverMajor) {
    const message = `the backup is of PostgreSQL ${serverMajor}, the server is ${version}: it must not be older`;
    return [{ severity: "error", code: "UNSUPPORTED", object: options.host, message }];
  }
  const settings = await readDatabaseSettings(source, ctx.signal);
  const wanted = databases.flatMap((database) => settings.get(database) ?? []);
  return [
    ...(await examineRights(session, options, source.manifest, ownSessions + jobs)),
    ...(await lookForTool("pg_restore", Math.max(major, clientMajor), toolQuery(options, ctx))).findings,
    ...((await options.profile.examineServer?.(session, wanted)) ?? []),
    ...(await examineExtensions(session, wanted)),
    ...(await examineLocales(session, wanted)),
  ];
}
