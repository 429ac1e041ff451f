import type { ArtifactSink, FingerprintItem, RunContext } from "@dbsave/core";
import { abortStream, DbsaveError, isDbsaveError, sideBySide } from "@dbsave/core";
import { dumpName } from "./artifacts.ts";
import { type DatabaseSettings, databaseSettings } from "./catalog/database-settings.ts";
import type { Session } from "./connect.ts";
import { fingerprintDatabase } from "./fingerprint.ts";
import type { ParsedOptions } from "./options.ts";
import { refuseErrors, refuseMissingPrivileges } from "./privileges.ts";
import type { Details, PostgresProfile } from "./profile.ts";
import type { Server } from "./server.ts";
import { holdSnapshot, type Snapshot } from "./snapshot.ts";
import { databaseArgument } from "./sql/quote.ts";
import type { FoundTool } from "./tools/find-tool.ts";
import { toolConnection } from "./tools/tool-connection.ts";

export interface DatabaseBackup {
  readonly items: readonly FingerprintItem[];
  readonly settings: DatabaseSettings;
  readonly details: Details;
}

/**
 * pg_dump and the fingerprint look at one exported snapshot, at the same time. pg_dump takes ACCESS SHARE on every table
 * until it ends, and gives up after the lock timeout. PERMISSION_DENIED before the dump when a table cannot be read.
 */
export async function backupDatabase(
  options: ParsedOptions,
  database: string,
  { server, pgDump }: { readonly server: Server; readonly pgDump: FoundTool },
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<DatabaseBackup> {
  await using snapshot = await holdSnapshot(options, database, ctx.signal);
  await refuseMissingPrivileges(snapshot.session, server, options.user);
  await refuseUnfit(options.profile, snapshot.session);
  const details = (await options.profile.describe?.(snapshot.session)) ?? {};
  const settings = await databaseSettings(snapshot.session);
  const [items] = await sideBySide<[readonly FingerprintItem[], unknown]>(ctx.signal, (signal) => [
    fingerprintDatabase(options, snapshot, signal),
    dump(options, snapshot, pgDump, sink, { ...ctx, signal }),
  ]);
  return { items, settings, details };
}

/** As the profile says, in the words of an error. */
async function refuseUnfit({ name, examine }: PostgresProfile, session: Session): Promise<void> {
  const findings = (await examine?.(session)) ?? [];
  refuseErrors(findings.map((finding) => ({ ...finding, message: `${name}: ${finding.object}: ${finding.message}` })));
}

/** Not compressed: core does that once, with a checksum, on threads of its own. */
async function dump(
  options: ParsedOptions,
  { id, database }: Snapshot,
  pgDump: FoundTool,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<void> {
  const args = [
    "--format=custom",
    "--compress=0",
    `--snapshot=${id}`,
    `--lock-wait-timeout=${options.lockWaitTimeoutMs}`,
    "--no-password",
    `--dbname=${databaseArgument(database)}`,
  ];
  const env = toolConnection(options);
  await sideBySide(ctx.signal, (signal) => {
    const running = (options.tools ?? ctx.tools).run(pgDump.path, args, { signal, env });
    const body = abortStream(running.stdout, signal, "postgres: backup");
    return [sink.write({ name: dumpName(database), mediaType: "application/x-pg-dump" }, body), running.done];
  }).catch((error: unknown) => {
    throw lockedOut(error, database);
  });
}

/** pg_dump waits for locks by a statement timeout. */
function lockedOut(error: unknown, database: string): unknown {
  if (!isDbsaveError(error, "TOOL_FAILED") || !/(?:lock|statement) timeout/.test(error.message)) return error;
  return new DbsaveError("SOURCE_BUSY", `postgres: ${database}: another session holds a table locked`, {
    cause: error,
  });
}
