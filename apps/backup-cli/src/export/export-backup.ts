import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  DbsaveError,
  keys,
  loadChain,
  type Manifest,
  makeDirectories,
  nodeFs,
  type Repository,
  toDbsaveError,
  writeFile,
} from "@dbsave/core";
import type { Session } from "../session/session.ts";

export interface ExportedBackup {
  readonly directory: string;
  /** Folders of the backups that it cannot be restored without, oldest first. */
  readonly needs: readonly string[];
  /** Names in `directory`. */
  readonly files: readonly string[];
  /** Of all that was copied. */
  readonly bytes: number;
}

/**
 * Copies every file of a backup into a new folder below `to`, and of each backup that it needs into one beside it, unless an earlier
 * export has made that; each byte is compared with the manifest on the way. A folder gets its name when it is whole: on failure
 * nothing of it is left. TARGET_NOT_EMPTY, BACKUP_NOT_FOUND for a needed one that is gone, CHECKSUM_MISMATCH, NO_SPACE.
 */
export async function exportBackup(
  repository: Repository,
  manifest: Manifest,
  place: { readonly cwd: string; readonly to: string },
  { signal }: Pick<Session, "signal">,
): Promise<ExportedBackup> {
  const chain = await loadChain(repository.storage, manifest, signal);
  const folderOf = ({ target, id }: Manifest): string => resolve(place.cwd, place.to, `${target}-${id}`);
  const directory = folderOf(manifest);
  if (await exists(directory))
    throw new DbsaveError("TARGET_NOT_EMPTY", `export: exists already: ${directory}`, {
      hint: "Export to another directory, or remove that one.",
    });
  let files: readonly string[] = [];
  let bytes = 0;
  for (const link of chain) {
    if (link !== manifest && (await exists(folderOf(link)))) continue;
    const copied = await copyBackup(repository, link, folderOf(link), signal);
    files = copied.files;
    bytes += copied.bytes;
  }
  return { directory, needs: chain.slice(0, -1).map(folderOf), files, bytes };
}

async function copyBackup(
  { storage }: Repository,
  { target, id, artifacts, documents }: Manifest,
  directory: string,
  signal: AbortSignal,
): Promise<Pick<ExportedBackup, "files" | "bytes">> {
  const partial = `${directory}.partial`;
  const files = [...artifacts, ...documents, { storedName: "manifest.json", storedSha256: undefined }];
  let bytes = 0;
  try {
    await makeDirectories(nodeFs, dirname(directory));
    await mkdir(partial, { mode: 0o700 });
    for (const { storedName, storedSha256 } of files) {
      const body = await storage.get(keys.stored(target, id, storedName), { signal });
      const check = storedSha256 === undefined ? {} : { sha256: storedSha256 };
      bytes += (await writeFile(nodeFs, join(partial, storedName), body, { signal, ...check })).sizeBytes;
    }
    await nodeFs.syncDirectory(partial);
    await rename(partial, directory);
    await nodeFs.syncDirectory(dirname(directory));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw toDbsaveError(error, "STORAGE_FAILED", `export of ${id} to ${directory}`, signal);
  }
  return { files: files.map(({ storedName }) => storedName), bytes };
}

async function exists(directory: string): Promise<boolean> {
  return await nodeFs.lstat(directory).then(
    () => true,
    () => false,
  );
}
