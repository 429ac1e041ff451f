import type { Manifest } from "../contracts/manifest.ts";
import type { Storage } from "../contracts/storage.ts";
import { readDocument } from "../documents/document-store.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";
import { readManifest } from "./read-manifest.ts";

/** The manifest of a committed backup. MANIFEST_INVALID also for a whole one that was copied or moved here from another backup. */
export async function loadManifest(
  storage: Storage,
  target: string,
  id: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const key = keys.manifest(target, id);
  const manifest = readManifest(await readDocument(storage, key, signal), key);
  if (manifest.target === target && manifest.id === id) return manifest;
  throw new DbsaveError("MANIFEST_INVALID", `${key}: it belongs to ${manifest.id} of ${manifest.target}`);
}
