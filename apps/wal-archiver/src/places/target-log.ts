import { loadConfig } from "@dbsave/config";
import { DbsaveError, type LogStore, openLog, openRepository } from "@dbsave/core";
import { hostTools } from "@dbsave/exec";
import type { Arguments } from "../command.ts";
import type { Session } from "../session/session.ts";

/** The log of one target; disposing closes its storage. */
export interface TargetLog extends AsyncDisposable {
  readonly target: string;
  readonly log: LogStore;
}

const engines: ReadonlySet<string> = new Set(["postgres", "timescaledb"]);

/**
 * The log that `--config` and `--target` name, with the keys to `use` it. The repository must be there: an empty directory
 * where a disk should be mounted is REPOSITORY_NOT_FOUND. Neither the database nor its password is needed.
 */
export async function openTargetLog(
  use: "write" | "read",
  { config, target }: Arguments["options"],
  { env, cwd, signal }: Session,
): Promise<TargetLog> {
  const path = typeof config === "string" ? { path: config } : {};
  const loaded = await loadConfig({ ...path, env, cwd, signal, tools: hostTools({ env }) });
  const [chosen, ...others] = loaded.select(typeof target === "string" ? [target] : []);
  if (chosen === undefined || others.length > 0)
    throw new DbsaveError("USAGE", "the configuration has several targets", { hint: "Name one with --target." });
  if (!engines.has(chosen.engine))
    throw new DbsaveError("USAGE", `${chosen.name}: a target of ${chosen.engine} has no WAL`);
  await using opened = new AsyncDisposableStack();
  const { storage, codecs, decoders } = opened.use(await chosen.openStore(use));
  const repository = await openRepository(storage, { signal });
  const log = openLog(repository, chosen.name, use === "write" ? codecs : decoders, signal);
  const kept = opened.move();
  return { target: chosen.name, log, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
