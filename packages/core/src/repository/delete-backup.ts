import type { Storage } from "../contracts/storage.ts";
import { writeDocument } from "../documents/document-store.ts";
import { sealJson } from "../documents/sealed-json.ts";
import { isDbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "./layout.ts";

/**
 * Removes a backup so that every interruption leaves it either whole or not listed: tombstone, then manifest, then data,
 * then proofs, tombstone last. Calling it again finishes what was interrupted. Deleting nothing succeeds.
 */
export async function deleteBackup(
  storage: Storage,
  target: string,
  id: string,
  why: { readonly run: string; readonly reason: string; readonly at: Date },
  signal: AbortSignal,
): Promise<void> {
  const tombstone = keys.tombstone(target, id);
  try {
    await writeDocument(storage, tombstone, sealJson({ formatVersion: 1, ...why }), "fail", signal);
  } catch (error) {
    if (!isDbsaveError(error, "OBJECT_EXISTS")) throw error;
  }
  await storage.delete(keys.manifest(target, id), signal);
  await deleteAll(storage, keys.backup(target, id), tombstone, signal);
  await deleteAll(storage, keys.proofsOf(target, id), tombstone, signal);
  await storage.delete(keys.pin(target, id), signal);
  await storage.delete(tombstone, signal);
}

async function deleteAll(storage: Storage, prefix: string, except: string, signal: AbortSignal): Promise<void> {
  const found: string[] = [];
  for await (const { key } of storage.list(prefix, signal)) found.push(key);
  for (const key of found) if (key !== except) await storage.delete(key, signal);
}
