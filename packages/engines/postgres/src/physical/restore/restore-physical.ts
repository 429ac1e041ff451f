import { chmod, chown, lstat, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ArtifactSource,
  DbsaveError,
  type Recovery,
  type RestoreReport,
  type RestoreRequest,
  type RunContext,
  systemCode,
  toDbsaveError,
} from "@dbsave/core";
import type { PhysicalContents } from "../contents.ts";
import { claim, makeDirectory, unclaim } from "./claim.ts";
import { systemIdentifierOf, withoutCheckpoint } from "./control-file.ts";
import { fillWal } from "./fill-wal.ts";
import type { Ownership } from "./ownership.ts";
import { clear, ownershipAt, placeAt, type RestorePlaces } from "./places.ts";
import { lookAt } from "./plan-physical.ts";
import {
  automaticSettings,
  backupLabel,
  controlFile,
  mapTablespaces,
  recoverySettings,
  signals,
  tablespaceMap,
  wholeLabel,
} from "./recovery-files.ts";
import { stagingBeside } from "./staging.ts";
import { syncPath, syncTree } from "./sync-tree.ts";
import { unpackLinks } from "./unpack-links.ts";

/**
 * Writes the data directory of a base backup, compared file by file with the server's manifest, and durable. It becomes
 * startable with its very last file, and only as what it is: `backup_label` stays, and without it the server does not start.
 * On its first start the server recovers the WAL that is in the directory, that of the backup and what a recovery brings, ends where that
 * says, and begins a new timeline; it needs neither an archive nor a network for it.
 *
 * `into` is the data directory to be, an absolute path. TARGET_NOT_EMPTY without `force`, TARGET_BUSY, NO_SPACE, OPTIONS_INVALID before anything
 * is written. On any failure the places are as they were.
 */
export async function restorePhysical(
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const { contents, places, findings } = await lookAt(request, source, ctx.signal);
  const [obstacle] = findings;
  if (obstacle !== undefined)
    throw new DbsaveError(obstacle.code, `postgres: restore: ${obstacle.object}: ${obstacle.message}`, {
      ...(obstacle.fix !== undefined && { hint: obstacle.fix }),
    });
  const { force, recovery } = request;
  const isTaken = force && (await placeAt(places.directory)) === "taken";
  const directory = isTaken ? stagingBeside(places.directory) : places.directory;
  await using made = new AsyncDisposableStack();
  try {
    const owner = await ownershipAt(places.directory);
    const kept = await fill({ ...places, directory }, owner, source, made, ctx);
    if (recovery !== undefined) await fillWal(directory, recovery, contents, ctx);
    await finish({ ...places, directory }, contents, { kept, recovery }, ctx);
    const movedAside = isTaken ? await swap(directory, places.directory, ctx.now()) : [];
    made.move();
    if (isTaken) await syncPath(dirname(places.directory));
    return { target: places.directory, movedAside, details: detailsOf(contents, recovery) };
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `postgres: restore into ${places.directory}`, ctx.signal);
  }
}

function detailsOf(contents: PhysicalContents, recovery: Recovery | undefined): RestoreReport["details"] {
  const { archives, systemIdentifier } = contents;
  const details = { archives: archives.length, systemIdentifier };
  if (recovery === undefined) return details;
  const { timeline, files, to } = recovery.route;
  return { ...details, recoveryTarget: to.kind, timeline, walFiles: files.length };
}

/** Resolves with the files that `finish` has to write. What `made` holds undoes it. */
async function fill(
  places: RestorePlaces,
  owner: Ownership,
  source: ArtifactSource,
  made: AsyncDisposableStack,
  ctx: RunContext,
): Promise<ReadonlyMap<string, Buffer>> {
  for (const root of [...places.tablespaces.values(), places.directory]) await prepare(root, made);
  const kept = [controlFile, backupLabel, tablespaceMap, automaticSettings, ...signals];
  return await unpackLinks(source, { places, owner, kept }, ctx.signal);
}

/** The files that make a start possible, the last of them when all others are durable. */
async function finish(
  { directory, tablespaces }: RestorePlaces,
  { systemIdentifier }: PhysicalContents,
  { kept, recovery }: { readonly kept: ReadonlyMap<string, Buffer>; readonly recovery: Recovery | undefined },
  ctx: RunContext,
): Promise<void> {
  const control = kept.get(controlFile) ?? Buffer.alloc(0);
  if (systemIdentifierOf(control) !== systemIdentifier)
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${controlFile} is of another system than the backup`);
  const owner = await lstat(join(directory, "PG_VERSION"));
  const write = async (name: string, text: string | Buffer): Promise<void> => {
    const path = join(directory, name);
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
  };
  await write(backupLabel, wholeLabel(kept.get(backupLabel)?.toString() ?? ""));
  await write(tablespaceMap, mapTablespaces(tablespaces));
  await write(automaticSettings, recoverySettings(kept.get(automaticSettings)?.toString() ?? "", recovery?.route));
  await write("recovery.signal", "");
  for (const root of [...tablespaces.values(), directory]) {
    if (process.getuid?.() === 0) await chown(root, owner.uid, owner.gid);
    await chmod(root, 0o700);
    await unclaim(root);
    await syncTree(root, ctx.signal);
  }
  const temporary = `${controlFile}.dbsave`;
  await write(temporary, withoutCheckpoint(control));
  await syncPath(join(directory, temporary));
  await rename(join(directory, temporary), join(directory, controlFile));
  await syncPath(join(directory, dirname(controlFile)));
}

/** Makes `root`, its name durable, or takes it when it is empty: a mount, such as a container's volume, cannot be made anew. */
async function prepare(root: string, made: AsyncDisposableStack): Promise<void> {
  if ((await placeAt(root)) === "empty") {
    await claim(root);
    made.defer(() => clear(root));
    return;
  }
  await makeDirectory(root);
  made.defer(() => rm(root, { recursive: true, force: true }));
  await syncPath(dirname(root));
}

async function swap(staging: string, directory: string, now: Date): Promise<readonly string[]> {
  const aside = `${directory}_before_restore_${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  try {
    await rename(directory, aside);
  } catch (error) {
    if (systemCode(error) !== "EBUSY" && systemCode(error) !== "EXDEV") throw error;
    throw new DbsaveError("TARGET_BUSY", `postgres: ${directory} is a mount and cannot be moved aside`, {
      cause: error,
      hint: "Empty it, or restore into another directory.",
    });
  }
  try {
    await rename(staging, directory);
  } catch (error) {
    await rename(aside, directory);
    throw error;
  }
  return [aside];
}
