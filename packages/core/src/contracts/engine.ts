import type { Readable } from "node:stream";
import type { ExploredItem, ExploreRequest } from "./exploration.ts";
import type { Finding } from "./finding.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { EngineLog, Recovery } from "./log.ts";
import type { BackupKind, Manifest } from "./manifest.ts";
import type { RunContext } from "./run-context.ts";
import type { RecreatedService, RecreateOrder } from "./service.ts";
import type { RecoveredTo, StartedServer, StartOrder } from "./start.ts";

/** Declared once per engine, printed by the CLI, proved by `engineConformance`. */
export interface EngineCapabilities {
  /** `not-needed`: a backup sees all committed data without it. */
  readonly save: "blocks" | "non-blocking" | "not-needed";
  /** Method name to the kinds it can take; the first method is the default. */
  readonly methods: Readonly<Record<string, readonly BackupKind[]>>;
  /** Whether `scratch` can make a throw-away instance, so that `verify` reaches level `restore`. */
  readonly scratch: boolean;
  /** What a restore can be limited to by `RestoreRequest.select`. */
  readonly selects: readonly (keyof RestoreSelection)[];
  /** Whether some backups are the files of a server, which `RestoreRequest.start` brings up. @default false */
  readonly starts?: boolean;
}

/** What `probe` learned about a live source. */
export interface ServerFacts {
  readonly version: string;
  /** Stable identity of the data (system identifier, replication id, file identity), so that two sources never mix. */
  readonly identity: string;
  /** For humans, without secrets: `/data/app.db`, `postgres://db:5432`. */
  readonly description: string;
  /** Estimated plain size of a backup. */
  readonly sizeBytes: number;
  /** Missing privileges or tools as errors, with the exact fix. */
  readonly findings: readonly Finding[];
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export interface SaveReport {
  /** One line: what was made durable, and how that is known. */
  readonly proof: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export interface BackupRequest {
  /** One of `capabilities.methods`; the engine's default when absent. */
  readonly method?: string;
  readonly kind: BackupKind;
  /** The backup to take this one upon, for kinds other than `full`. The engine takes a full one where that cannot be, and tells why. */
  readonly parent?: ArtifactSource;
  /**
   * What artifacts are compressed with on their way. An engine whose tool can do the same may leave it to the tool, and
   * says so by `ArtifactInfo.encoding`.
   */
  readonly compression?: { readonly name: string; readonly level?: number };
}

interface RecipeArtifact {
  readonly explain: string;
  readonly artifact: string;
  /** Id of the older backup whose artifact it is. This backup's own when absent. */
  readonly of?: string;
}

/** A line of the stock recipe in RESTORE.md. `artifact` forms are prefixed with the commands that decode that artifact. */
export type RecipeStep =
  | (RecipeArtifact & { readonly into: string })
  | (RecipeArtifact & { readonly pipeTo: string })
  | { readonly explain: string; readonly run: string };

export interface BackupFacts {
  readonly method: string;
  /** As asked for, or `full`. */
  readonly kind: BackupKind;
  /** Why it is full, where another kind was asked for. Core reports and records it. */
  readonly fullBecause?: string;
  /** The moment whose committed state the backup holds. */
  readonly consistentAt: Date;
  /** Taken in the same snapshot as the data; null only when the method cannot. */
  readonly fingerprint: Fingerprint | null;
  readonly recipe: readonly RecipeStep[];
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export interface ArtifactInfo {
  /** Unique in the backup, one path segment: `database.sqlite`. Codec extensions are added by core. */
  readonly name: string;
  readonly mediaType: string;
  /** When the bytes arrive already compressed, so that core does not compress twice. */
  readonly encoding?: "zstd" | "gzip";
  readonly estimatedBytes?: number;
}

export interface StoredArtifact {
  readonly name: string;
  readonly plainBytes: number;
  readonly storedBytes: number;
}

/** Takes an engine's streams. Calls may run in parallel. Rejects, and destroys `body`, when it cannot be stored whole. */
export interface ArtifactSink {
  write(info: ArtifactInfo, body: Readable): Promise<StoredArtifact>;
}

/** Gives a backup's streams back, decoded. A stream whose bytes are not those of the manifest fails before it ends. */
export interface ArtifactSource {
  readonly manifest: Manifest;
  open(name: string): Promise<Readable>;
  /** The backup that this one was taken upon, without which it cannot be restored. Absent for a full one. */
  readonly parent?: ArtifactSource;
}

/** A part of a backup; everything named together with what it needs. Names are those of the source. */
export interface RestoreSelection {
  readonly databases?: readonly string[];
  readonly schemas?: readonly string[];
  /** Tables and collections, with their schema where the engine has any: `public.orders`. */
  readonly tables?: readonly string[];
}

export interface RestoreRequest {
  /** Engine-specific place: a path, a database name. The engine's own source when absent. */
  readonly into?: string;
  /** Allow a place that is not empty: what is there is moved aside first, never deleted. */
  readonly force: boolean;
  /**
   * Only this part; all of the backup when absent. UNSUPPORTED for what `capabilities.selects` does not list, OPTIONS_INVALID
   * for an empty list, SOURCE_NOT_FOUND for what the backup does not hold. Schemas and tables never go where something is,
   * whatever `force` says: TARGET_NOT_EMPTY.
   */
  readonly select?: RestoreSelection;
  /** How many sessions may fill the place side by side. @default the engine's own */
  readonly jobs?: number;
  /** Recover from the backup's own moment on. UNSUPPORTED without `Engine.log`, and for another backup than that of the route. */
  readonly recovery?: Recovery;
  /**
   * Where tablespaces go, by where they were on the source; the others go to where they were. UNSUPPORTED for a backup that
   * holds none, OPTIONS_INVALID for a place that it does not name.
   */
  readonly tablespaces?: ReadonlyMap<string, string>;
  /** Start a server on what was restored. UNSUPPORTED without `capabilities.starts`, and for a backup that is not the files of a server. */
  readonly start?: StartOrder;
  /** Restore into a new volume of a service, and make it go on with that; in place of `into`. UNSUPPORTED as for `start`. */
  readonly recreate?: RecreateOrder;
}

/** What a restore takes, as far as it is known before. */
export interface RestoreEstimate {
  /** Read from the repository, as stored. */
  readonly storedBytes: number;
  /** Written to disk. */
  readonly writtenBytes: number;
  readonly seconds: number;
}

export interface RestorePlan {
  readonly target: string;
  /** In order, one line each. */
  readonly steps: readonly string[];
  /** What prevents it, such as TARGET_NOT_EMPTY without `force`. `restore` would fail with the first error. */
  readonly findings: readonly Finding[];
  readonly estimate?: RestoreEstimate;
}

export interface RestoreReport {
  readonly target: string;
  readonly movedAside: readonly string[];
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** Where a recovery of a throw-away instance ended. */
  readonly reached?: Pick<RecoveredTo, "position" | "at">;
  /** What is where now; when absent, all of the backup is at the one place. */
  readonly restored?: readonly RestoredPlace[];
  /** Present when `RestoreRequest.start` was. */
  readonly started?: StartedServer;
  /** Present when `RestoreRequest.recreate` was. */
  readonly recreated?: RecreatedService;
}

export interface RestoredPlace {
  /** As `Engine.at` takes it, of the engine on `RestoreRequest.into`. That one itself when absent. */
  readonly place?: string;
  /** The part of the backup's fingerprint that the place must have. */
  readonly expected: Fingerprint;
}

/** A throw-away instance of the same engine, isolated from the source. Disposing removes it and its data. */
export interface ScratchInstance extends AsyncDisposable {
  readonly engine: Engine;
  /**
   * Reads all that was restored, for backups without a fingerprint, and says in one line what that was. VERIFY_FAILED names
   * what is damaged.
   */
  check?(ctx: RunContext): Promise<string>;
}

/** One database, as dbsave sees it. Factories validate options and do no I/O; methods may be called in any order. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  readonly capabilities: EngineCapabilities;
  /** Connects and reads; changes nothing. */
  probe(ctx: RunContext): Promise<ServerFacts>;
  /**
   * What there is, in no particular order. Reads catalogs only, waits for no lock and changes nothing, so that a busy server with ten
   * thousand tables may be asked; only `count` reads data. SOURCE_NOT_FOUND for a `database` that is not there.
   */
  explore?(request: ExploreRequest, ctx: RunContext): Promise<readonly ExploredItem[]>;
  /** Returns when all commits before the call are durable, with the proof. */
  save(ctx: RunContext): Promise<SaveReport>;
  /** Writes every artifact into `sink`; the result carries the fingerprint of the same snapshot. */
  backup(request: BackupRequest, sink: ArtifactSink, ctx: RunContext): Promise<BackupFacts>;
  /** Structural check of the artifacts alone, without the source. */
  inspect(source: ArtifactSource, ctx: RunContext): Promise<readonly Finding[]>;
  /** What `restore` would do; changes nothing. Reads at most the small artifacts of the backup. */
  planRestore(request: RestoreRequest, source: ArtifactSource, ctx: RunContext): Promise<RestorePlan>;
  /** TARGET_NOT_EMPTY unless `force`; on any failure the place is as it was before. */
  restore(request: RestoreRequest, source: ArtifactSource, ctx: RunContext): Promise<RestoreReport>;
  /** The same engine on another place that `restore` can write into. Does no I/O; whoever asked disposes it. */
  at(place: string): Engine;
  /** Digest of the live contents, by the algorithm of another fingerprint where the engine has several. */
  fingerprint(ctx: RunContext, algorithm?: string): Promise<Fingerprint>;
  /** Of engines whose continuous log can be archived and replayed. */
  readonly log?: EngineLog;
  /** Present when `capabilities.scratch`. */
  scratch?(manifest: Manifest, ctx: RunContext): Promise<ScratchInstance>;
}
