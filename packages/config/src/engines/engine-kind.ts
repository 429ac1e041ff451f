import type { Engine, EngineLog, IncrementalPolicy, Secret } from "@dbsave/core";
import type { PostgresOptions } from "@dbsave/postgres";
import type { ContainerSettings } from "../containers/container-schema.ts";
import type { WalSettings } from "./physical-settings.ts";

/** What an engine may need while it is opened. */
export interface EngineContext {
  /** Name of the target. */
  readonly target: string;
  /** Where relative paths start. */
  readonly directory: string;
  /** The configuration, where programs that the server calls do not find it by themselves. */
  readonly configFile: string | null;
  /** Of the application: where its Docker engine is. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The value behind a reference that stands under `key` of the target. */
  read(key: string, reference: string): Promise<Secret>;
}

/** A source without a configuration: what to write into a target, and a name for it. */
interface RecognisedSource<Settings> {
  readonly settings: Settings;
  /** Before it is made a valid target name. */
  readonly name: string;
}

/** How one engine is written in a configuration, recognised on a command line, and opened. */
export interface EngineKind<Settings> {
  /** The source for people, without secrets. */
  describe(settings: Settings, directory: string): string;
  /** The container that the source is in, where the settings name one. */
  container?(settings: Settings): ContainerSettings | undefined;
  /** Keys of the settings that hold a reference. */
  references(settings: Settings): readonly (readonly [key: string, reference: string])[];
  /** Undefined when `source` is not for this engine. */
  recognise(source: string): RecognisedSource<Settings> | undefined;
  /** How the continuous log of the source is archived, where the settings say so. */
  wal?(settings: Settings, target: string, directory: string): WalSettings | null;
  /** What the engine knows of its continuous log, where it has one. Loads the package of the engine only now. */
  log?(): Promise<EngineLog>;
  /** Where the continuous log of the source can be received from. */
  logSource?(settings: Settings, context: EngineContext): Promise<PostgresOptions>;
  /** When backups may be incremental, where the settings say so. */
  incremental?(settings: Settings): IncrementalPolicy | null;
  /** To look into backups of the engine, with no source of its own. */
  readonly sourceless: Settings;
  /** How a place must look that a restore finds without a source, for messages; undefined when `place` is one. */
  wantedPlace(place: string): string | undefined;
  /** Loads the package of the engine only now. */
  open(settings: Settings, context: EngineContext): Promise<Engine>;
}
