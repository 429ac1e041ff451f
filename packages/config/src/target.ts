import type { Finding, Job, RetentionPolicy } from "@dbsave/core";
import type { ContainerSelector } from "@dbsave/exec";
import type { PostgresOptions } from "@dbsave/postgres";
import { selectorOf } from "./containers/selector.ts";
import { engineKind } from "./engines/engines.ts";
import type { WalSettings } from "./engines/physical-settings.ts";
import {
  methodsOf,
  type OpenStore,
  type OpenTarget,
  type OpenTargetOptions,
  openLogSource,
  openStore,
  openTarget,
  type TargetParts,
} from "./open-target.ts";
import { retentionOf } from "./policies.ts";
import { encryptReferences, type KeyReference } from "./secrets/key-references.ts";
import { secretFindings } from "./secrets/secret-findings.ts";
import type { StorageConfig } from "./storage.ts";

/** One target, checked but not opened: no engine is loaded, no secret was read. */
export interface TargetConfig {
  readonly name: string;
  readonly engine: string;
  /** The source for people, without secrets: `/data/app.db`. */
  readonly source: string;
  readonly storage: StorageConfig;
  /** Null: never pruned. */
  readonly retention: RetentionPolicy | null;
  readonly verify: Job["verify"];
  readonly timeZone: string;
  /** How backups are taken, one by each; empty: by the engine's first method. */
  readonly methods: readonly string[];
  /** How the continuous log of the source is archived; null: it is not. */
  readonly wal: WalSettings | null;
  /** The container that the source is in, where it was named so. */
  readonly container: ContainerSelector | null;
  /**
   * Loads engine, codecs and storage and reads the secrets; connects to nothing. SECRET_UNAVAILABLE, OPTIONS_INVALID,
   * ENCRYPTION_IMPOSSIBLE, naming file, line and path.
   */
  open(options?: OpenTargetOptions): Promise<OpenTarget>;
  /**
   * The place of its backups and its log alone: no engine is loaded, and no secret of the source is read. To `write` takes no
   * identity, so that a machine which only archives need not have any. Fails as `open` does.
   */
  openStore(use: "write" | "read"): Promise<OpenStore>;
  /**
   * Where a receiver of the continuous log connects; reads the source's secrets, connects to nothing. UNSUPPORTED for an engine
   * that has none; fails as `open` does.
   */
  logSource(): Promise<PostgresOptions>;
  /** Reads every secret and forgets it: an error for each that cannot be used. */
  checkSecrets(): Promise<readonly Finding[]>;
}

export function targetConfig(parts: TargetParts): TargetConfig {
  const { name, settings, storage, policy, context } = parts;
  const kind = engineKind(settings.engine);
  const container = kind.container?.(settings);
  return {
    name,
    engine: settings.engine,
    source: kind.describe(settings, context.directory),
    methods: methodsOf(settings),
    wal: kind.wal?.(settings, name, context.directory) ?? null,
    container: container === undefined ? null : selectorOf(container),
    storage,
    retention: retentionOf(policy),
    verify: policy.verify,
    timeZone: policy.timezone,
    open: (options = {}) => openTarget(parts, options),
    openStore: (use) => openStore(parts, use),
    logSource: () => openLogSource(parts),
    checkSecrets: () => secretFindings(name, referencesOf(parts), context),
  };
}

function referencesOf({ name, settings, policy, encryptPath }: TargetParts): KeyReference[] {
  const others = engineKind(settings.engine).references(settings);
  return [
    ...encryptReferences(policy.encrypt, encryptPath),
    ...others.map(([key, text]) => ({ role: "other", path: ["targets", name, key], text }) as const),
  ];
}
