import type { Catalog } from "../catalog/entries.ts";
import { parseBackupId } from "../repository/backup-id.ts";
import { deleteBackup } from "../repository/delete-backup.ts";
import type { Repository } from "../repository/repository.ts";
import type { Run } from "../run/context.ts";
import { expireRuns } from "../run/expire-runs.ts";

/** How long what a dead run left is kept, so that a live one on another host is never taken for dead. */
const graceMs: number = 24 * 60 * 60_000;

/**
 * Heals what interrupted runs left: folders without a manifest (a backup or a deletion that did not finish), temporary files
 * of dead writers and run records that are too old to matter. Only under the target's lock: then no unfinished folder can
 * belong to a live run; the grace time is for writers that the lock cannot see. Returns how many things were removed.
 */
export async function sweepLeftovers(repository: Repository, catalog: Catalog, run: Run): Promise<number> {
  const { storage } = repository;
  const now = run.now();
  const dead = catalog.unfinished.filter((id) => {
    const startedAt = parseBackupId(id)?.startedAt;
    return startedAt !== undefined && now.getTime() - startedAt.getTime() > graceMs;
  });
  for (const id of dead) await deleteBackup(storage, catalog.target, id, run.signal);
  const temporary = (await storage.sweep?.({ signal: run.signal, now, olderThanMs: graceMs })) ?? 0;
  const records = await expireRuns(storage, now, run.signal);
  return dead.length + temporary + records;
}
