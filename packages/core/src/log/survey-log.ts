import { readCatalog } from "../catalog/catalog.ts";
import type { Codec } from "../contracts/codec.ts";
import type { Engine } from "../contracts/engine.ts";
import type { LogSurvey } from "../contracts/log.ts";
import type { Repository } from "../repository/repository.ts";
import { type RunOptions, runWith } from "../run/context.ts";
import { openLog } from "./log-store.ts";

export interface SurveyLogOptions extends RunOptions {
  readonly repository: Repository;
  readonly target: string;
  /** To decode the small files that say which way the log took. */
  readonly codecs?: readonly Codec[];
}

/** How far the good backups of a target and its log reach together. Nothing, for an engine without a log. */
export async function surveyLog(engine: Engine, options: SurveyLogOptions): Promise<LogSurvey> {
  const { repository, target, codecs = [] } = options;
  const { signal } = runWith(options);
  if (engine.log === undefined) return { windows: [], findings: [] };
  const { entries } = await readCatalog(repository, target, signal);
  const good = entries.filter(({ state, manifest }) => state === "good" && manifest.engine === engine.name);
  const log = openLog(repository, target, codecs, signal);
  const backups = good.map(({ manifest }) => manifest);
  return await engine.log.survey(backups, await log.list(), log, signal);
}
