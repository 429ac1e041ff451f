import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  DbsaveError,
  keys,
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
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Copies every file of a backup into a new folder below `to`; each byte is compared with the manifest on the way. The
 * folder gets its name when it is whole: on failure nothing is left. TARGET_NOT_EMPTY, CHECKSUM_MISMATCH, NO_SPACE.
 */
export async function exportBackup(
  repository: Repository,
  manifest: Manifest,
  place: { readonly cwd: string; readonly to: string },
  { signal }: Pick<Session, "signal">,
): Promise<ExportedBackup> {
  const { target, id } = manifest;
  const directory = resolve(place.cwd, place.to, `${target}-${id}`);
  const partial = `${directory}.partial`;
  await refuseExisting(directory);
  const files = [
    ...manifest.artifacts,
    ...manifest.documents,
    { storedName: "manifest.json", storedSha256: undefined },
  ];
  let bytes = 0;
  try {
    await makeDirectories(nodeFs, resolve(place.cwd, place.to));
    await mkdir(partial, { mode: 0o700 });
    for (const { storedName, storedSha256 } of files) {
      const body = await repository.storage.get(keys.stored(target, id, storedName), { signal });
      const check = storedSha256 === undefined ? {} : { sha256: storedSha256 };
      bytes += (await writeFile(nodeFs, join(partial, storedName), body, { signal, ...check })).sizeBytes;
    }
    await nodeFs.syncDirectory(partial);
    await rename(partial, directory);
    await nodeFs.syncDirectory(resolve(directory, ".."));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw toDbsaveError(error, "STORAGE_FAILED", `export of ${id} to ${directory}`, signal);
  }
  return { directory, files: files.map(({ storedName }) => storedName), bytes };
}

async function refuseExisting(directory: string): Promise<void> {
  const exists = await nodeFs.lstat(directory).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new DbsaveError("TARGET_NOT_EMPTY", `export: exists already: ${directory}`, {
    hint: "Export to another directory, or remove that one.",
  });
}
