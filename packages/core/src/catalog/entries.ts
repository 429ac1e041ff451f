import type { Manifest } from "../contracts/manifest.ts";
import type { DbsaveError } from "../errors/dbsave-error.ts";
import type { Proof } from "./proof.ts";

export interface CatalogEntry {
  readonly manifest: Manifest;
  /** Oldest first. */
  readonly proofs: readonly Proof[];
  /** Why it must never be deleted, when someone pinned it. */
  readonly pin: string | null;
  /** `suspect`: the newest conclusive proof of it, or of a backup that it needs, failed; or one that it needs is not there. */
  readonly state: "good" | "suspect";
  /** The newest passed proof by restore that no later failure contradicts, where what was restored was compared, or read. */
  readonly proven: Proof | null;
}

/** A folder with a manifest that cannot be trusted, or whose proofs cannot. It freezes pruning of its target. */
export interface DamagedBackup {
  readonly id: string;
  readonly error: DbsaveError;
}

/** What a target has: only whole, committed backups are entries. */
export interface Catalog {
  readonly target: string;
  /** By sequence, oldest first. */
  readonly entries: readonly CatalogEntry[];
  readonly damaged: readonly DamagedBackup[];
  /** Folders without a manifest: a run in progress, or what an interrupted backup or deletion left. */
  readonly unfinished: readonly string[];
}
