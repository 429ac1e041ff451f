import { engineLog } from "@dbsave/config";
import {
  checkLog,
  type EngineLog,
  hasLog,
  isDbsaveError,
  type Job,
  type LogStanding,
  type Manifest,
  openLog,
  type RecoveryWindow,
  readCatalog,
} from "@dbsave/core";
import type { Session } from "../session/session.ts";
import type { Shelf } from "./shelf.ts";

/** How the archived log of one target stands. */
export interface ArchivedLog extends LogStanding {
  readonly target: string;
}

/** Of all targets that have one, or of which the configuration says so. */
export async function archivedLogs(shelves: readonly Shelf[], session: Session): Promise<readonly ArchivedLog[]> {
  const logs = shelves.map(async (shelf): Promise<readonly ArchivedLog[]> => {
    const found = await logOf(shelf, session);
    if (found === null) return [];
    const { target, repository, wal: limits } = shelf;
    const standing = await checkLog(found.log, { ...session.run, repository, target, codecs: found.codecs, limits });
    return [{ target, ...standing }];
  });
  return (await Promise.all(logs)).flat();
}

/** What the engine of a shelf knows of logs; null where it has none. */
export async function engineLogOf({ repository, target, engine }: Shelf, session: Session): Promise<EngineLog | null> {
  const { entries } = await readCatalog(repository, target, session.signal);
  const name = entries.at(-1)?.manifest.engine ?? engine;
  return name === undefined ? null : await engineLog(name);
}

/** How far one backup alone can be recovered beyond its own moment; null where nothing is to be archived, or the backup cannot. */
export async function windowsOf(
  shelf: Shelf,
  manifest: Manifest,
  session: Session,
): Promise<readonly RecoveryWindow[] | null> {
  const found = await logOf(shelf, session);
  if (found === null) return null;
  const store = openLog(shelf.repository, shelf.target, found.codecs, session.signal);
  const files = await store.list();
  const { windows } = await found.log.survey([manifest], files, store, session.run);
  if (windows.length === 0) return null;
  return files.length === 0 ? [] : windows;
}

/** Keys are read only for a target that has a log; without them it is judged by names. */
async function logOf(shelf: Shelf, session: Session): Promise<{ log: EngineLog; codecs: Job["codecs"] } | null> {
  const { repository, target, wal } = shelf;
  const isEmpty = !(await hasLog(repository, target, session.signal));
  if (isEmpty && wal === null) return null;
  const log = await engineLogOf(shelf, session);
  if (log === null) return null;
  try {
    return { log, codecs: isEmpty ? [] : await shelf.decoders() };
  } catch (error) {
    if (!isDbsaveError(error) || error.code === "ABORTED") throw error;
    return { log, codecs: [] };
  }
}
