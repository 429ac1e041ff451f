import { DbsaveError } from "../errors/dbsave-error.ts";
import type { Catalog, CatalogEntry } from "./entries.ts";

/**
 * The backup that `name` stands for: `latest`, `latest-proven`, an id, a unique part of one (its beginning, or its random
 * end), or a time (the newest backup of data as it was at or before it). Suspect backups are found only by id.
 * BACKUP_NOT_FOUND, with what there is instead; MANIFEST_INVALID when the id is that of a damaged one.
 */
export function findBackup(catalog: Catalog, name: string): CatalogEntry {
  const good = catalog.entries.filter((entry) => entry.state === "good");
  if (name === "latest") return good.at(-1) ?? fail(catalog, name);
  if (name === "latest-proven") return good.findLast((entry) => entry.proven !== null) ?? fail(catalog, name);

  const byId = catalog.entries.filter(({ manifest }) => idMatches(manifest.id, name));
  const [only, other] = byId;
  if (only !== undefined && other === undefined) return only;
  if (other !== undefined) {
    const ids = byId.map(({ manifest }) => manifest.id).join(", ");
    throw new DbsaveError("BACKUP_NOT_FOUND", `${catalog.target}: "${name}" stands for several backups: ${ids}`);
  }
  const damaged = catalog.damaged.find(({ id }) => idMatches(id, name));
  if (damaged !== undefined) throw damaged.error;

  const at = new Date(name);
  if (!/^\d{4}-\d\d/.test(name) || Number.isNaN(at.getTime())) return fail(catalog, name);
  return good.findLast(({ manifest }) => manifest.consistentAt <= at) ?? fail(catalog, name);
}

function idMatches(id: string, name: string): boolean {
  return name.length >= 4 && (id.startsWith(name) || id.endsWith(`-${name}`) || id.slice(-8).startsWith(name));
}

function fail(catalog: Catalog, name: string): never {
  const newest = catalog.entries.at(-1)?.manifest.id;
  const hint =
    newest === undefined
      ? `${catalog.target} has no backups yet: take one with \`dbsave backup\`.`
      : `The newest backup is ${newest}. See \`dbsave list\`.`;
  throw new DbsaveError("BACKUP_NOT_FOUND", `${catalog.target}: no backup for "${name}"`, { hint });
}
