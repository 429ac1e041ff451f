import { loadConfig, type TargetConfig, type WalSettings } from "@dbsave/config";
import { DbsaveError, type LogStore, openLog, openRepository } from "@dbsave/core";
import type { PostgresOptions } from "@dbsave/postgres";
import type { Arguments } from "../command.ts";
import type { Session } from "../session/session.ts";
import { toolsWhenNeeded } from "./tools-when-needed.ts";

/** The log of one target; disposing closes its storage. */
export interface TargetLog extends AsyncDisposable {
  /** Of the target. */
  readonly name: string;
  readonly log: LogStore;
  /** What the configuration says of its WAL. */
  readonly wal: WalSettings | null;
  /** Where its WAL can be received from, with the password. */
  source(): Promise<PostgresOptions>;
  /** REPOSITORY_NOT_FOUND when the repository is no longer there: behind a disk that is not mounted there is a directory, too. */
  confirm(): Promise<void>;
}

const engines: ReadonlySet<string> = new Set(["postgres", "timescaledb"]);

/** The target that `--config` and `--target` name. USAGE when that is none of PostgreSQL, or several. */
async function configuredTarget(
  { config, target }: Arguments["options"],
  { env, cwd, signal }: Session,
): Promise<TargetConfig> {
  const path = typeof config === "string" ? { path: config } : {};
  const loaded = await loadConfig({ ...path, env, cwd, signal, tools: toolsWhenNeeded(env) });
  const [chosen, ...others] = loaded.select(typeof target === "string" ? [target] : []);
  if (chosen === undefined || others.length > 0)
    throw new DbsaveError("USAGE", "the configuration has several targets", { hint: "Name one with --target." });
  if (!engines.has(chosen.engine))
    throw new DbsaveError("USAGE", `${chosen.name}: a target of ${chosen.engine} has no WAL`);
  return chosen;
}

/**
 * The log of the target, with the keys to `use` it. The repository must be there: REPOSITORY_NOT_FOUND. Neither the database nor
 * its password is needed, except for `source`.
 */
export async function openTargetLog(
  use: "write" | "read",
  options: Arguments["options"],
  session: Session,
): Promise<TargetLog> {
  const { signal } = session;
  const target = await configuredTarget(options, session);
  await using opened = new AsyncDisposableStack();
  const { storage, codecs, decoders } = opened.use(await target.openStore(use));
  const repository = await openRepository(storage, { signal });
  const kept = opened.move();
  return {
    name: target.name,
    log: openLog(repository, target.name, use === "write" ? codecs : decoders, signal),
    wal: target.wal,
    source: () => target.logSource(),
    async confirm() {
      const { id } = await openRepository(storage, { signal });
      if (id !== repository.id)
        throw new DbsaveError("REPOSITORY_NOT_FOUND", `${storage.name}: another repository is here now`);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
