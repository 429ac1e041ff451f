import { adHocConfig, type StorageConfig, type TargetConfig } from "@dbsave/config";
import { DbsaveError, type Job, listTargets, openRepository, type Repository } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { resolvePlace } from "./find-config.ts";
import type { Shelf, Shelves } from "./shelf.ts";

/**
 * The targets of the repository that `from` names, else of all repositories of the configuration, with those that have no
 * backups yet, and those that are in a repository but no longer in the configuration. REPOSITORY_NOT_FOUND,
 * CONFIG_NOT_FOUND, CONFIG_INVALID.
 */
export async function openShelves(
  { from }: { readonly from?: string | undefined },
  session: Session,
): Promise<Shelves> {
  const { config, storages } = await resolvePlace(from, session);
  await using opened = new AsyncDisposableStack();
  const repositories: Repository[] = [];
  const all: Shelf[] = [];
  for (const storage of storages) {
    const repository = opened.use(await openRepository(await storage.create(), { signal: session.signal }));
    repositories.push(repository);
    const configured = config?.targets.filter((target) => target.storage.name === storage.name) ?? [];
    const names = new Set([...configured.map(({ name }) => name), ...(await listTargets(repository, session.signal))]);
    for (const name of names) {
      const target = configured.find((candidate) => candidate.name === name);
      all.push(
        target === undefined ? foundShelf(name, repository, storage, session) : configuredShelf(target, repository),
      );
    }
  }
  const kept = opened.move();
  const places = storages.map(({ description }) => description);
  return { all, repositories, places, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function configuredShelf(target: TargetConfig, repository: Repository): Shelf {
  const { name, engine, container, wal, methods, retention, timeZone, verify } = target;
  const open: Shelf["open"] = (_engine, keys) => target.open(keys);
  const decoders = () => decodersOf(target);
  return { target: name, repository, engine, container, wal, methods, retention, timeZone, verify, open, decoders };
}

async function decodersOf(target: TargetConfig): Promise<Job["codecs"]> {
  await using store = await target.openStore("read");
  return store.decoders;
}

/** All that is known of it is what its manifests say. */
function foundShelf(name: string, repository: Repository, storage: StorageConfig, session: Session): Shelf {
  const { cwd, env, signal, run } = session;
  const place = { to: storage.description, target: name, cwd, env, signal, tools: run.tools };
  const targetFor = async (more: { engine?: string; into?: string | undefined }): Promise<TargetConfig> => {
    const [target] = (await adHocConfig({ ...place, ...more })).targets;
    if (target === undefined) throw new DbsaveError("INTERNAL", `no target for ${name}`);
    return target;
  };
  return {
    target: name,
    repository,
    container: null,
    engine: undefined,
    wal: null,
    methods: [],
    retention: undefined,
    timeZone: undefined,
    verify: undefined,
    open: async (engine, keys, into) => await (await targetFor({ engine, into })).open(keys),
    decoders: async () => await decodersOf(await targetFor({ engine: "sqlite" })), // any: no engine is opened
  };
}
