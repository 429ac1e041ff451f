import type { ArtifactSink, BackupFacts, BackupRequest, RunContext } from "@dbsave/core";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { backupOnline, backupVacuum } from "./backup-copy.ts";
import { backupSql } from "./backup-sql.ts";
import { type BackupMethod, backupMethods, type ParsedOptions } from "./options.ts";

type TakeBackup = (options: ParsedOptions, sink: ArtifactSink, ctx: RunContext) => Promise<BackupFacts>;

const take: Readonly<Record<BackupMethod, TakeBackup>> = { online: backupOnline, vacuum: backupVacuum, sql: backupSql };

/** UNSUPPORTED before anything is read or written; ABORTED whatever a cancellation broke first. */
export async function backup(
  options: ParsedOptions,
  request: BackupRequest,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const method = backupMethods.find((known) => known === (request.method ?? "online"));
  if (method === undefined || request.kind !== "full") {
    const asked = `${request.method ?? "online"}, ${request.kind}`;
    const methods = backupMethods.map((known) => `${known}, full`).join("; ");
    throw new DbsaveError("UNSUPPORTED", `sqlite: cannot back up by ${asked}: it can by ${methods}`);
  }
  try {
    return await take[method](options, sink, ctx);
  } catch (error) {
    if (ctx.signal.aborted)
      throw new DbsaveError("ABORTED", `sqlite: backup cancelled: ${options.path}`, { cause: error });
    throw toDbsaveError(error, "BACKUP_FAILED", `sqlite: backup failed: ${options.path}`);
  }
}
