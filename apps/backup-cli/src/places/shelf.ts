import type { OpenTarget, TargetConfig, WalSettings } from "@dbsave/config";
import type { Job, Repository, RetentionPolicy } from "@dbsave/core";
import type { Keys } from "./keys.ts";

/** One target in one repository: what most commands work on. */
export interface Shelf {
  readonly target: string;
  readonly repository: Repository;
  /** That the configuration says the source is in; null where it says none, or is not known. */
  readonly container: TargetConfig["container"];
  /** Of the configuration; undefined where none is known. */
  readonly engine: string | undefined;
  /** How the configuration has its log archived; null where it does not, or none is known. */
  readonly wal: WalSettings | null;
  /** By which the configuration takes backups; empty where it names none, or is not known. */
  readonly methods: readonly string[];
  /** What the configuration keeps; undefined where none is known, null where nothing is ever pruned. */
  readonly retention: RetentionPolicy | null | undefined;
  /** Of the configuration; undefined where none is known. */
  readonly timeZone: string | undefined;
  /** How far the configuration verifies; undefined where none is known. */
  readonly verify: Job["verify"] | undefined;
  /**
   * Engine and codecs for backups that `engine` took, with the keys of the configuration and those given here. USAGE where
   * nothing is configured and `into`, where a restore will go, cannot be found without.
   */
  open(engine: string, keys: Keys, into?: string): Promise<OpenTarget>;
  /** Codecs for what is stored, with the keys of the configuration. Fails as `open` does, and needs no engine. */
  decoders(): Promise<Job["codecs"]>;
}

/** Shelves with their repositories open; disposing closes them. */
export interface Shelves extends AsyncDisposable {
  readonly all: readonly Shelf[];
  readonly repositories: readonly Repository[];
  /** Where the repositories are, for messages. */
  readonly places: readonly string[];
}
