import type { ArtifactSource, Finding, Manifest, RunContext } from "@dbsave/core";
import { type BackupContents, contentsOf, readDatabaseSettings } from "../backup-contents.ts";
import type { ParsedOptions } from "../options.ts";
import { readServer, toolQuery } from "../server.ts";
import type { Session } from "../session.ts";
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
  const findings = await examineWithoutBackup(
    options,
    session,
    source.manifest,
    { ...contentsOf(source.manifest), jobs },
    ctx,
  );
  if (findings.some(({ code }) => code === "UNSUPPORTED")) return findings;
  const settings = await readDatabaseSettings(source, ctx.signal);
  const wanted = databases.flatMap((database) => settings.get(database) ?? []);
  return [
    ...findings,
    ...((await options.profile.examineServer?.(session, wanted)) ?? []),
    ...(await examineExtensions(session, wanted)),
    ...(await examineLocales(session, wanted)),
  ];
}

/** The part of `examineServer` that needs to know no database of the backup. UNSUPPORTED stands alone. */
export async function examineWithoutBackup(
  options: ParsedOptions,
  session: Session,
  manifest: Manifest,
  { serverMajor, clientMajor, jobs }: Pick<BackupContents, "serverMajor" | "clientMajor"> & Pick<Wanted, "jobs">,
  ctx: RunContext,
): Promise<readonly Finding[]> {
  const { major, version, isStandby } = await readServer(session);
  if (isStandby) {
    const message = "the server is a standby, which takes changes from its primary only";
    return [{ severity: "error", code: "UNSUPPORTED", object: options.host, message }];
  }
  if (major < serverMajor) {
    const message = `the backup is of PostgreSQL ${serverMajor}, the server is ${version}: it must not be older`;
    return [{ severity: "error", code: "UNSUPPORTED", object: options.host, message }];
  }
  return [
    ...(await examineRights(session, options, manifest, ownSessions + jobs)),
    ...(await lookForTool("pg_restore", Math.max(major, clientMajor), toolQuery(options, ctx))).findings,
  ];
}
