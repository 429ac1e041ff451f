import { adHocStorage, type Config, loadConfig, type StorageConfig } from "@dbsave/config";
import { DbsaveError, isDbsaveError } from "@dbsave/core";
import type { Session } from "../session/session.ts";

/** The configuration of this session: `--config`, else where configurations are looked for. The session follows it. */
export async function configOf(session: Session): Promise<Config> {
  const { env, cwd, signal, run } = session;
  const path = session.config === undefined ? {} : { path: session.config };
  const config = await loadConfig({ ...path, env, cwd, signal, tools: run.tools });
  await session.follow(config);
  return config;
}

/** The same, or undefined when there is none and none was named. */
export async function configIfAny(session: Session): Promise<Config | undefined> {
  try {
    return await configOf(session);
  } catch (error) {
    if (session.config === undefined && isDbsaveError(error, "CONFIG_NOT_FOUND") && !session.env["DBSAVE_CONFIG"])
      return undefined;
    throw error;
  }
}

/** The storages that `place` names, and the configuration they are of. */
export interface Place {
  readonly config: Config | undefined;
  readonly storages: readonly StorageConfig[];
}

/**
 * Without `place` all storages of the configuration; else the one of that name, else the repository at that path. With a
 * path no configuration is read, so that a broken one is not in the way.
 */
export async function resolvePlace(place: string | undefined, session: Session): Promise<Place> {
  if (place === undefined) {
    const config = await configIfAny(session);
    if (config === undefined) throw nothingNamed();
    return { config, storages: [...config.storages.values()] };
  }
  const isPath = session.config === undefined && /[/\\]|^\.+$/.test(place);
  const config = isPath ? undefined : await configIfAny(session);
  const storage = config?.storages.get(place);
  if (storage !== undefined) return { config, storages: [storage] };
  return { config: undefined, storages: [await adHocStorage({ to: place, cwd: session.cwd })] };
}

function nothingNamed(): DbsaveError {
  return new DbsaveError(
    "CONFIG_NOT_FOUND",
    "no repository was named, and there is no configuration that would name one",
    {
      hint:
        "Name one with --from ./backups. There is none yet? `dbsave backup ./app.db --to ./backups` makes it,\n" +
        "  and `dbsave init` a configuration with it.",
    },
  );
}
