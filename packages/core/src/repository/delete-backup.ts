import type { Storage } from "../contracts/storage.ts";
import { keys } from "./layout.ts";

/**
 * Removes a backup in reverse of how it was committed: manifest, proofs, pin, then data. Interrupted anywhere it leaves the
 * backup either whole or without a manifest, which is not listed and which the next sweep finishes. Writes nothing, so it
 * works on a full disk. Deleting what is not there succeeds.
 */
export async function deleteBackup(storage: Storage, target: string, id: string, signal: AbortSignal): Promise<void> {
  await storage.delete(keys.manifest(target, id), signal);
  await deleteAll(storage, keys.proofsOf(target, id), signal);
  await storage.delete(keys.pin(target, id), signal);
  await deleteAll(storage, keys.backup(target, id), signal);
}

async function deleteAll(storage: Storage, prefix: string, signal: AbortSignal): Promise<void> {
  const found: string[] = [];
  for await (const { key } of storage.list(prefix, signal)) found.push(key);
  for (const key of found) await storage.delete(key, signal);
}
