import type { Storage } from "../contracts/storage.ts";
import { readDocument, writeDocument } from "../documents/document-store.ts";
import { Fields } from "../documents/fields.ts";
import { sealJson, unsealJson } from "../documents/sealed-json.ts";
import { keys } from "../repository/layout.ts";

/** Keeps a backup, and all it depends on, from every prune until `unpinBackup`. Pinning again replaces the reason. */
export async function pinBackup(
  storage: Storage,
  target: string,
  id: string,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  await writeDocument(storage, keys.pin(target, id), sealJson({ formatVersion: 1, reason }), "replace", signal);
}

/** Gives a backup back to the retention policy. */
export async function unpinBackup(storage: Storage, target: string, id: string, signal: AbortSignal): Promise<void> {
  await storage.delete(keys.pin(target, id), signal);
}

/** The ids that are pinned. */
export async function pinnedIds(storage: Storage, target: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { key } of storage.list(keys.pins(target), signal)) {
    ids.add(key.slice(keys.pins(target).length, -".json".length));
  }
  return ids;
}

/** The reason of a pin. A damaged one is MANIFEST_INVALID: it must not read as none. */
export async function readPin(storage: Storage, target: string, id: string, signal: AbortSignal): Promise<string> {
  const key = keys.pin(target, id);
  return new Fields(unsealJson(await readDocument(storage, key, signal), key), key).text("reason");
}
