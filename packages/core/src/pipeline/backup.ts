import { readCatalog } from "../catalog/catalog.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine } from "../contracts/engine.ts";
import type { IncrementalPolicy } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { toDbsaveError } from "../errors/dbsave-error.ts";
import { lockTarget } from "../lock/target-lock.ts";
import { newEventId } from "../repository/backup-id.ts";
import { checkTargetName } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith, withContext } from "../run/context.ts";
import { chooseKind } from "./choose-kind.ts";
import { bytesOfLast, checkCodecs, checkMethod, checkSpace, ofMethod, refuseErrors } from "./preflight.ts";
import { takeBackup } from "./take-backup.ts";

export interface BackupOptions extends RunOptions {
  readonly repository: Repository;
  /** Names the target's folder in the repository. */
  readonly target: string;
  /** Compression, then encryption. None when absent. */
  readonly codecs?: readonly Codec[];
  readonly method?: string;
  /** Full or incremental, as the policy says; full when absent. */
  readonly incremental?: IncrementalPolicy;
  /** IANA zone written into the manifest; UTC when absent. */
  readonly timeZone?: string;
}

/**
 * Takes one backup under the target's lock and commits it; its manifest is returned once it is durable.
 * No save, no verify, no prune: `runPipeline` does those around it. Fails with LOCKED, the engine's and the storage's
 * codes, NO_SPACE, ABORTED; on failure nothing is listed and nothing that was there is changed.
 */
export async function backup(engine: Engine, options: BackupOptions): Promise<Manifest> {
  const run = runWith(options);
  const { repository, target, codecs = [], incremental: policy, timeZone = "UTC" } = options;
  checkTargetName(target);
  const method = checkMethod(engine, options.method, "full");
  const runId = newEventId(run.now());
  try {
    await checkCodecs(codecs);
    const source = await withContext(run, target, "probe", (ctx) => engine.probe(ctx));
    refuseErrors(engine.name, source.findings.filter(ofMethod(method)));
    await using lock = await lockTarget(repository.storage, target, { run: runId, now: run.now, signal: run.signal });
    const catalog = await readCatalog(repository, target, run.signal);
    const choice = chooseKind({ engine, method, source, catalog, now: run.now(), ...(policy && { policy }) });

    await checkSpace(repository.storage, source, bytesOfLast(catalog, method, choice.kind), run.signal);
    const save = { state: "skipped", message: "not asked for" } as const;
    const order = { repository, target, codecs, method, ...choice, timeZone, source, save, run: runId };
    return await takeBackup(engine, order, lock, run);
  } catch (error) {
    throw toDbsaveError(error, "BACKUP_FAILED", `${engine.name}: backup of ${target}`, run.signal);
  }
}
