import { type ArtifactSink, type BackupRequest, type FingerprintItem, type RunContext, sideBySide } from "@dbsave/core";
import { type DatabaseSettings, databaseSettings } from "./catalog/database-settings.ts";
import { dumpDatabase } from "./dump-database.ts";
import { fingerprintDatabase } from "./fingerprint.ts";
import { whileLocked } from "./locks/while-locked.ts";
import type { ParsedOptions } from "./options.ts";
import { refuseErrors, refuseMissingPrivileges } from "./privileges.ts";
import type { Details, PostgresProfile } from "./profile.ts";
import { holdTables } from "./rows/hold-tables.ts";
import type { Server } from "./server.ts";
import type { Session } from "./session.ts";
import { holdSnapshot } from "./snapshot.ts";
import type { FoundTool } from "./tools/find-tool.ts";

export interface DatabaseBackup {
  readonly items: readonly FingerprintItem[];
  readonly settings: DatabaseSettings;
  readonly details: Details;
}

/** All that the backups of several databases have in common. */
export interface DatabaseOrder {
  readonly server: Server;
  readonly pgDump: FoundTool;
  readonly compression: BackupRequest["compression"];
}

/**
 * pg_dump and the fingerprint look at one exported snapshot, at the same time. Every table is held (ACCESS SHARE) from before
 * the one or the other reads until both are done. While another session keeps one locked for longer than the timeout, all of it is let
 * go and begun again in a new snapshot, three times in all; then SOURCE_BUSY says who it is. PERMISSION_DENIED before
 * the dump when a table cannot be read.
 */
export async function backupDatabase(
  options: ParsedOptions,
  database: string,
  order: DatabaseOrder,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<DatabaseBackup> {
  return await whileLocked(options, database, ctx, () => attempt(options, database, order, sink, ctx));
}

async function attempt(
  options: ParsedOptions,
  database: string,
  { server, pgDump, compression }: DatabaseOrder,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<DatabaseBackup> {
  await using snapshot = await holdSnapshot(options, database, ctx.signal);
  await refuseMissingPrivileges(snapshot.session, server, options.user);
  await refuseUnfit(options.profile, snapshot.session);
  const details = (await options.profile.describe?.(snapshot.session)) ?? {};
  const settings = await databaseSettings(snapshot.session);
  const [items] = await sideBySide<[readonly FingerprintItem[], unknown]>(ctx.signal, (signal) => {
    const held = holdTables(options, snapshot, signal);
    const dumped = held.then(() => dumpDatabase(options, snapshot, { pgDump, compression, sink }, { ...ctx, signal }));
    const fingerprint = async (): Promise<readonly FingerprintItem[]> => {
      await using tables = await held;
      const found = await fingerprintDatabase(options, snapshot, tables);
      await dumped; // a small database is read before pg_dump has locked its tables
      return found;
    };
    return [fingerprint(), dumped];
  });
  return { items, settings, details };
}

/** As the profile says, in the words of an error. */
async function refuseUnfit({ name, examine }: PostgresProfile, session: Session): Promise<void> {
  const findings = (await examine?.(session)) ?? [];
  refuseErrors(findings.map((finding) => ({ ...finding, message: `${name}: ${finding.object}: ${finding.message}` })));
}
