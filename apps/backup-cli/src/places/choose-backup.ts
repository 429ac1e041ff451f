import { type Catalog, type CatalogEntry, DbsaveError, findBackup, readCatalog } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { byMethod } from "./by-method.ts";
import { chooseShelf } from "./choose-shelf.ts";
import type { Shelf, Shelves } from "./shelf.ts";

export interface ChosenBackup {
  readonly shelf: Shelf;
  readonly catalog: Catalog;
  readonly entry: CatalogEntry;
}

interface Wanted {
  readonly backup: string;
  readonly target?: string | undefined;
  readonly method?: string | undefined;
}

/**
 * The backup to use for a restore or to look at. `latest` is the newest good one; that newer ones exist which are not good
 * is told, because somebody who asks for the latest expects their data.
 */
export async function chooseBackup(shelves: Shelves, wanted: Wanted, session: Session): Promise<ChosenBackup> {
  const { backup, target } = byTarget(shelves, wanted);
  const shelf = chooseShelf(shelves, target);
  const catalog = byMethod(await readCatalog(shelf.repository, shelf.target, session.signal), wanted.method);
  const entry = findBackup(catalog, backup);
  if (backup.startsWith("latest")) {
    for (const worse of notGood(catalog)) {
      if (worse > entry.manifest.id)
        session.reporter.tell("warning", `${worse} is newer, but it is damaged or failed its last check`);
    }
  }
  return { shelf, catalog, entry };
}

/** The name of a target stands for its latest backup. */
export function byTarget<W extends Wanted>(shelves: Shelves, wanted: W): W {
  const { backup, target } = wanted;
  const isTarget = target === undefined && shelves.all.some((shelf) => shelf.target === backup);
  return isTarget && !backup.startsWith("latest") ? { ...wanted, backup: "latest", target: backup } : wanted;
}

/**
 * The backup to check: here `latest` is the newest one there is, because a check that quietly passed over the newest would
 * say that all is well. MANIFEST_INVALID when that one cannot be read.
 */
export function newestToCheck(catalog: Catalog): CatalogEntry {
  const newest = catalog.entries.at(-1);
  const damaged = catalog.damaged.toSorted((a, b) => (a.id < b.id ? -1 : 1)).at(-1);
  if (damaged !== undefined && (newest === undefined || damaged.id > newest.manifest.id)) throw damaged.error;
  if (newest !== undefined) return newest;
  throw new DbsaveError("BACKUP_NOT_FOUND", `${catalog.target}: no backup to check`);
}

function notGood({ entries, damaged }: Catalog): readonly string[] {
  const suspect = entries.filter(({ state }) => state === "suspect").map(({ manifest }) => manifest.id);
  return [...suspect, ...damaged.map(({ id }) => id)];
}
