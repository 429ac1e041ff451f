import type { Manifest } from "../contracts/manifest.ts";

/** Bytes a backup takes in the storage. */
export function storedBytes(manifest: Manifest): number {
  return manifest.artifacts.reduce((sum, artifact) => sum + artifact.storedBytes, 0);
}

/** Bytes a backup has before compression. */
export function plainBytes(manifest: Manifest): number {
  return manifest.artifacts.reduce((sum, artifact) => sum + artifact.plainBytes, 0);
}

/** Rows, documents or keys that the fingerprint counted; undefined when there is none. */
export function countedRows(manifest: Manifest): number | undefined {
  return manifest.fingerprint?.items.reduce((sum, item) => sum + (item.count ?? 0), 0);
}
