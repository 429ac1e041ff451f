import type { EngineLog } from "@dbsave/core";
import type { AdHocOptions } from "./ad-hoc.ts";
import type { Config } from "./config.ts";
import type { DetectedSource } from "./detected-source.ts";
import type { LoadOptions } from "./load.ts";
import type { StarterConfigOptions } from "./starter-config.ts";
import type { StorageConfig } from "./storage.ts";

export type { AdHocOptions } from "./ad-hoc.ts";
export type { Config } from "./config.ts";
export { type ContainerSource, containerSource } from "./containers/container-source.ts";
export type { DetectedSource } from "./detected-source.ts";
export type { WalSettings } from "./engines/physical-settings.ts";
export type { LoadOptions } from "./load.ts";
export type { OpenStore, OpenTarget, OpenTargetOptions } from "./open-target.ts";
export type { StarterConfigOptions } from "./starter-config.ts";
export type { StorageConfig } from "./storage.ts";
export type { TargetConfig } from "./target.ts";

/**
 * Finds, reads and checks a dbsave.yaml. Opens nothing, reads no secret and loads no engine. CONFIG_NOT_FOUND naming the
 * places that were tried; CONFIG_INVALID with every mistake of every file, each with file, line and path.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const load = await import("./load.ts"); // a program that only asks for its version pays for no parser
  return await load.loadConfig(options);
}

/**
 * A configuration of one target and one storage for use without a file. USAGE naming the option for what is wrong,
 * UNSUPPORTED for an engine or storage that this version does not have.
 */
export async function adHocConfig(options: AdHocOptions): Promise<Config> {
  const adHoc = await import("./ad-hoc.ts");
  return adHoc.adHocConfig(options);
}

/** The storage alone, to look into a repository whose targets are not known yet. Fails as `adHocConfig` does. */
export async function adHocStorage(options: Pick<AdHocOptions, "to" | "cwd">): Promise<StorageConfig> {
  const adHoc = await import("./ad-hoc.ts");
  return adHoc.adHocStorage(options);
}

/**
 * The one database of the application in `cwd`, and how it was found: by its environment, its .env file, because there is
 * only one, or by PG* variables. SOURCE_AMBIGUOUS listing them, SOURCE_NOT_FOUND.
 */
export async function detectSource(application: {
  readonly env: AdHocOptions["env"];
  readonly cwd: string;
}): Promise<DetectedSource> {
  const detect = await import("./detect-source.ts");
  return await detect.detectSource(application);
}

/** The place of a restore, with what the environment adds where it is a URL of PostgreSQL. Fails as opening a target there would. */
export async function completePlace(place: string, env: AdHocOptions["env"]): Promise<string> {
  if (!/^(postgres(ql)?|timescaledb):\/\//.test(place)) return place;
  const postgres = await import("./engines/postgres-place.ts");
  return await postgres.completeUrl(place, env);
}

/** What the engine of that name knows of its continuous log, without any source. Null where it has none. */
export async function engineLog(engine: string): Promise<EngineLog | null> {
  const engines = await import("./engines/engines.ts");
  return engines.isEngine(engine) ? ((await engines.engineKind(engine).log?.()) ?? null) : null;
}

/** A commented dbsave.yaml that `loadConfig` accepts. */
export async function starterConfig(options: StarterConfigOptions): Promise<string> {
  const starter = await import("./starter-config.ts");
  return starter.starterConfig(options);
}

/** The JSON Schema of dbsave.yaml, as published in `dbsave.schema.json`. */
export async function configJsonSchema(): Promise<Readonly<Record<string, unknown>>> {
  const schema = await import("./schema/json-schema.ts");
  return schema.configJsonSchema();
}
