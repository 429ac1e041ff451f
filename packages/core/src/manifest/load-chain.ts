import type { Manifest } from "../contracts/manifest.ts";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { loadManifest } from "./load-manifest.ts";

/**
 * The backups that `manifest` cannot be restored without, oldest first, itself last. BACKUP_NOT_FOUND, naming it, when one of them
 * is gone, MANIFEST_INVALID when one cannot be trusted.
 */
export async function loadChain(
  storage: Storage,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<readonly Manifest[]> {
  const chain = [manifest];
  for (let child = manifest; child.parent !== null; ) {
    child = await loadParent(storage, child, child.parent, signal);
    chain.unshift(child);
  }
  return chain;
}

async function loadParent(storage: Storage, child: Manifest, id: string, signal: AbortSignal): Promise<Manifest> {
  const what = `${child.id} was taken upon ${id}`;
  try {
    const parent = await loadManifest(storage, child.target, id, signal);
    if (parent.sequence < child.sequence) return parent;
  } catch (cause) {
    if (!isDbsaveError(cause, "OBJECT_NOT_FOUND")) throw cause;
    const hint = "Bring its folder back from another copy of the repository, or restore an older backup.";
    throw new DbsaveError("BACKUP_NOT_FOUND", `${child.target}: ${what}, which is gone`, { cause, hint });
  }
  throw new DbsaveError("MANIFEST_INVALID", `${child.target}: ${what}, which is not older`);
}
