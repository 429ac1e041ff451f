import {
  type ArtifactSink,
  type ArtifactSource,
  type BackupFacts,
  DbsaveError,
  isDbsaveError,
  type RunContext,
} from "@dbsave/core";
import { imageDetails } from "../backup-image.ts";
import type { ParsedOptions } from "../options.ts";
import { artifactInfo, directoryOf } from "./artifacts.ts";
import { linksOf } from "./incremental/links.ts";
import { takeUpon } from "./incremental/take-upon.ts";
import { ArchivedFiles } from "./manifest/archived-files.ts";
import { BackupManifestReader } from "./manifest/backup-manifest.ts";
import type { PhysicalSettings } from "./options.ts";
import { type BackupPart, BaseBackup, type BaseBackupFacts } from "./protocol/base-backup.ts";
import { baseBackupCommand, type ServerCompression } from "./protocol/base-backup-command.ts";
import { openWalsender, type Walsender } from "./protocol/walsender.ts";
import { readAlong } from "./read-along.ts";
import { linkIn, physicalRecipe } from "./recipe.ts";
import { reserveWal } from "./reserve-wal.ts";
import { type PhysicalServer, readPhysicalServer } from "./server-facts.ts";
import { hashAlong } from "./thread/hash-along.ts";

/** The settings of a target, and what the server compresses. */
export interface PhysicalOrder extends Omit<PhysicalSettings, "wal" | "incremental"> {
  /** Null: the server sends plain bytes. */
  readonly compression: ServerCompression | null;
  /** Take an incremental backup upon this one where that can be. */
  readonly parent?: ArtifactSource;
}

const shownWarnings = 20;

type TakeSettings = PhysicalOrder & { readonly incremental: boolean };

interface Taken extends BaseBackupFacts {
  readonly consistentAt: Date;
  readonly archives: readonly string[];
}

/**
 * A base backup of the whole server by its own BASE_BACKUP, with the WAL that it needs: straight from the socket into
 * `sink`, no temporary copy. The server verifies the checksums of pages, and every file is compared with the server's manifest
 * while it passes. One session for replication, a temporary slot, and the server's reading of all its files; no lock, no
 * transaction. With `parent` only what changed since it, else all, with the reason. What the server warns of, such as a
 * link that it leaves out, is reported. PERMISSION_DENIED with the exact fix, UNSUPPORTED before 15, SOURCE_INVALID for damaged pages, BACKUP_FAILED.
 *
 * There is no fingerprint: the state that a restore comes to is that of the moment the server stopped copying, which no
 * session can look at.
 */
export async function backupPhysical(
  options: ParsedOptions,
  settings: PhysicalOrder,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const server = await readPhysicalServer(options, ctx.signal);
  await using walsender = await openWalsender(options, ctx.signal);
  const takeKind = (incremental: boolean, into: ArtifactSink): Promise<Taken> =>
    takeAsCompressed(walsender, { ...settings, incremental }, into, ctx);
  const { parent: upon = null } = settings;
  const {
    taken,
    parent = null,
    fullBecause,
  } = upon === null
    ? { taken: await takeKind(false, sink) }
    : await takeUpon(upon, { server, walsender }, takeKind, sink, ctx);
  for (const warning of walsender.warnings().slice(0, shownWarnings))
    ctx.report({ type: "note", message: `the server warned: ${warning}` });
  const links = [...(parent === null ? [] : linksOf(parent).map(linkIn)), { archives: taken.archives }];
  return {
    method: "physical",
    kind: parent === null ? "full" : "incremental",
    ...(fullBecause !== undefined && { fullBecause }),
    consistentAt: taken.consistentAt,
    fingerprint: null,
    recipe: physicalRecipe({ ...server, startLsn: taken.start.lsn }, links),
    details: { ...detailsOf(server, settings, taken), ...sinceDetails(parent), ...imageDetails(options.image) },
  };
}

/** A server that was built without zstd says so before it begins; then core compresses. */
async function takeAsCompressed(
  walsender: Walsender,
  settings: TakeSettings,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<Taken> {
  try {
    return await take(walsender, settings, sink, ctx);
  } catch (error) {
    if (settings.compression === null || !isDbsaveError(error, "UNSUPPORTED")) throw error;
    ctx.report({ type: "note", message: `${error.message}; dbsave compresses instead` });
    return await take(walsender, { ...settings, compression: null }, sink, ctx);
  }
}

async function take(walsender: Walsender, settings: TakeSettings, sink: ArtifactSink, ctx: RunContext): Promise<Taken> {
  await reserveWal(walsender, ctx); // a failed attempt before this one took the slot with it
  const backup = new BaseBackup(walsender, baseBackupCommand({ ...settings, label: "dbsave" }), (done, total) =>
    ctx.report({ type: "progress", item: "data directory", doneBytes: done, totalBytes: Math.max(done, total) }),
  );
  let consistentAt: Date | null = null;
  const archived = new ArchivedFiles(() => {
    consistentAt ??= ctx.now();
  });
  const manifest = new BackupManifestReader((file) => settings.checkFiles && archived.compare(file));
  const archives: string[] = [];
  for await (const part of backup as AsyncIterable<BackupPart>) {
    const info = artifactInfo(part);
    if (part.kind === "manifest") await sink.write(info, readAlong(part.body, manifest));
    else if (settings.checkFiles) {
      archives.push(part.name);
      await sink.write(info, hashAlong(part.body, part.name, archived.archive(directoryOf(part.name))));
    } else {
      archives.push(part.name);
      await sink.write(info, part.body);
      consistentAt = ctx.now();
    }
  }
  const facts = manifest.facts();
  const problems = settings.checkFiles ? archived.problems(facts) : [];
  if (problems.length > 0)
    throw new DbsaveError(
      "BACKUP_FAILED",
      `postgres: what arrived is not what the server read: ${problems.join("; ")}`,
    );
  return { ...backup.facts(), consistentAt: consistentAt ?? ctx.now(), archives };
}

function sinceDetails(parent: ArtifactSource | null): BackupFacts["details"] {
  return parent === null ? {} : { incrementalFrom: String(parent.manifest.details["startLsn"]) };
}

function detailsOf(server: PhysicalServer, settings: PhysicalOrder, taken: Taken): BackupFacts["details"] {
  const { version, major: _, summarizesWal: __, ...facts } = server;
  return {
    serverVersion: version,
    ...facts,
    startLsn: taken.start.lsn,
    stopLsn: taken.stop.lsn,
    timeline: taken.stop.timeline,
    checkpoint: settings.checkpoint,
    tablespaces: JSON.stringify(taken.tablespaces),
  };
}
