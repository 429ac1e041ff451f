import type { Catalog } from "../catalog/catalog.ts";
import { parseBackupId } from "../repository/backup-id.ts";
import { deleteBackup } from "../repository/delete-backup.ts";
import type { Repository } from "../repository/repository.ts";
import type { Run } from "../run/context.ts";

/** How long what a dead run left is kept, so that a live one on another host is never taken for dead. */
export const graceMs: number = 24 * 60 * 60_000;

/**
 * Heals what interrupted runs left in a target: finishes deletions that began, removes folders that never got a manifest
 * and temporary files of dead writers once they are older than the grace time. Only under the target's lock: then no
 * unfinished folder can belong to a live run. Returns how many things were removed.
 */
export async function sweepLeftovers(
  repository: Repository,
  catalog: Catalog,
  runId: string,
  run: Run,
): Promise<number> {
  const { storage } = repository;
  const now = run.now();
  const dead = catalog.unfinished.filter((id) => {
    const startedAt = parseBackupId(id)?.startedAt;
    return startedAt !== undefined && now.getTime() - startedAt.getTime() > graceMs;
  });
  const why = { run: runId, reason: "left by a run that did not finish", at: now };
  const leftovers = [...catalog.deleting, ...dead];
  for (const id of leftovers) await deleteBackup(storage, catalog.target, id, why, run.signal);
  const swept = (await storage.sweep?.({ signal: run.signal, now, olderThanMs: graceMs })) ?? 0;
  return leftovers.length + swept;
}
