import type { StorageConfig } from "@dbsave/config";
import {
  type DbsaveError,
  isDbsaveError,
  openRepository,
  type PipelineItem,
  type Repository,
  type TargetResult,
  toDbsaveError,
} from "@dbsave/core";
import type { Session } from "../session/session.ts";
import type { ChosenTargets } from "./choose-targets.ts";

/** Targets ready to run. One that could not even be opened was reported, and does not stop the others. */
export interface OpenItems extends AsyncDisposable {
  readonly items: readonly PipelineItem[];
  /** What became of all targets, in the order in which they were chosen, by each method: `ran`, and those that could not be opened. */
  results(ran: readonly TargetResult[]): readonly TargetResult[];
}

/** Opens engines, codecs and repositories; the repository of an ad hoc target is made when it is not there. */
export async function openItems({ targets, isAdHoc }: ChosenTargets, session: Session): Promise<OpenItems> {
  await using opened = new AsyncDisposableStack();
  const repositories = new Map<string, Repository>();
  const repositoryIn = async (storage: StorageConfig): Promise<Repository> => {
    const known = repositories.get(storage.description);
    if (known !== undefined) return known;
    const repository = opened.use(await openOrMake(storage, isAdHoc, session));
    repositories.set(storage.description, repository);
    return repository;
  };
  const items: PipelineItem[] = [];
  const failed = new Map<string, TargetResult>();
  for (const target of targets) {
    try {
      const { job } = opened.use(await target.open());
      items.push({ job, repository: await repositoryIn(target.storage) });
    } catch (error) {
      const reason = toDbsaveError(error, "BACKUP_FAILED", target.name, session.signal);
      failed.set(target.name, { target: target.name, warnings: [], error: reason });
      reportFailure(target.name, reason, session);
    }
  }
  const kept = opened.move();
  return {
    items,
    results: (ran) => targets.flatMap(({ name }) => failed.get(name) ?? ran.filter(({ target }) => target === name)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function reportFailure(target: string, { code, message }: DbsaveError, { run }: Session): void {
  run.report({ type: "phase", at: run.now(), target, phase: "open", state: "failed", message: `${code}: ${message}` });
}

async function openOrMake(storage: StorageConfig, mayMake: boolean, session: Session): Promise<Repository> {
  const { signal } = session;
  try {
    return await openRepository(await storage.create(), { signal });
  } catch (error) {
    if (!mayMake || !isDbsaveError(error, "REPOSITORY_NOT_FOUND")) throw error;
    const repository = await openRepository(await storage.create(), { signal, create: true });
    session.reporter.tell("info", `made a new repository: ${storage.description}`);
    return repository;
  }
}
