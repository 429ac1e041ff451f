import type { ArtifactInfo } from "@dbsave/core";
import type { BackupPart } from "./protocol/base-backup.ts";

/** Name of the artifact that the server's own description of the backup is. */
export const manifestName = "backup_manifest";

const archiveName = /^(base|\d+)\.tar(\.zst)?$/;

/** Of an archive's name: the directory, as the paths of the manifest begin, that its files belong into. */
export function directoryOf(name: string): string {
  const [, which = ""] = archiveName.exec(name) ?? [];
  return which === "base" ? "" : `pg_tblspc/${which}/`;
}

export function isArchive(name: string): boolean {
  return archiveName.test(name);
}

/** How the bytes of an archive are coded, beside what core does with them. */
export function encodingOf(name: string): "zstd" | undefined {
  return name.endsWith(".zst") ? "zstd" : undefined;
}

export function artifactInfo({ kind, name }: BackupPart): ArtifactInfo {
  if (kind === "manifest") return { name: manifestName, mediaType: "application/json" };
  const encoding = encodingOf(name);
  return { name, mediaType: "application/x-tar", ...(encoding && { encoding }) };
}
