import { DbsaveError, type Fingerprint, type FingerprintItem, type Manifest } from "@dbsave/core";
import { type BackupContents, contentsOf } from "../backup-contents.ts";
import { itemPrefix } from "../fingerprint.ts";

/**
 * What a restored database must have of the backup's fingerprint, as an engine on that database alone names it. Not the
 * roles, which are the server's: those that exist stay as they are.
 */
export function expectedIn(manifest: Manifest, database: string): Fingerprint {
  const { fingerprint } = manifest;
  if (fingerprint === null)
    throw new DbsaveError("SOURCE_INVALID", `postgres: a backup without a fingerprint: ${manifest.id}`);
  const contents = contentsOf(manifest);
  const items = fingerprint.items.flatMap((item) => itemOf(item, database, contents));
  return { ...fingerprint, items };
}

function itemOf(item: FingerprintItem, database: string, contents: BackupContents): readonly FingerprintItem[] {
  if (item.kind === "role") return [];
  if (contents.isPlain) return [item];
  const prefix = itemPrefix(database);
  if (!item.name.startsWith(prefix)) return [];
  const isOfAnother = contents.databases.some(
    (other) => other.length > database.length && item.name.startsWith(itemPrefix(other)),
  );
  return isOfAnother ? [] : [{ ...item, name: item.name.slice(prefix.length) }];
}
