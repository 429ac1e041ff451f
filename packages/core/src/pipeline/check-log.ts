import { readCatalog } from "../catalog/catalog.ts";
import type { Codec } from "../contracts/codec.ts";
import type { EngineLog } from "../contracts/log.ts";
import { type LogLimits, type LogStanding, logStanding } from "../log/log-standing.ts";
import { openLog } from "../log/log-store.ts";
import { keys } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith } from "../run/context.ts";

export interface CheckLogOptions extends Pick<RunOptions, "now" | "signal"> {
  readonly repository: Repository;
  readonly target: string;
  /** To decode the small files that say which way the log took. */
  readonly codecs?: readonly Codec[];
  readonly limits?: LogLimits | null;
}

/**
 * How far the good backups of a target and its archived log reach together, and what is missing. Reads manifests, names, and the
 * small files that say which way the log took; one that `codecs` cannot decode is a finding.
 */
export async function checkLog(
  log: Pick<EngineLog, "survey"> | undefined,
  options: CheckLogOptions,
): Promise<LogStanding> {
  const { repository, target, codecs = [], limits = null } = options;
  const { now, signal } = runWith(options);
  const store = openLog(repository, target, codecs, signal);
  const files = await store.list();
  const { entries } = await readCatalog(repository, target, signal);
  const backups = entries.filter(({ state }) => state === "good").map(({ manifest }) => manifest);
  const survey = (await log?.survey(backups, files, store, { now, signal })) ?? { windows: [], findings: [] };
  return logStanding(files, survey, limits, now());
}

/** Whether anything is archived. */
export async function hasLog({ storage }: Repository, target: string, signal: AbortSignal): Promise<boolean> {
  const objects = storage.list(keys.log(target), signal)[Symbol.asyncIterator]();
  const { done = false } = await objects.next();
  await objects.return?.();
  return !done;
}
