import type { Fingerprint } from "./fingerprint.ts";

/** `full`: whole. `differential`: changes since the last full. `incremental`: changes since the last backup of any kind. */
export type BackupKind = "full" | "differential" | "incremental";

export interface ManifestArtifact {
  /** The engine's name for it. */
  readonly name: string;
  /** File name beside the manifest: `name` plus the codecs' extensions. One path segment. */
  readonly storedName: string;
  readonly mediaType: string;
  /** Codec names in the order they were applied, such as `["zstd", "age"]`. */
  readonly codecs: readonly string[];
  readonly plainBytes: number;
  readonly plainSha256: string;
  readonly storedBytes: number;
  readonly storedSha256: string;
}

/** A generated file beside the artifacts: RESTORE.md, SHA256SUMS. */
export interface ManifestDocument {
  readonly storedName: string;
  readonly storedBytes: number;
  readonly storedSha256: string;
}

export interface ManifestSave {
  readonly state: "done" | "not-needed" | "failed" | "skipped";
  readonly message: string;
}

/** The description that makes artifacts a backup. Written last; without it the backup does not exist. */
export interface Manifest {
  readonly formatVersion: 1;
  readonly id: string;
  /** Order of backups within a target, whatever the clock said. */
  readonly sequence: number;
  readonly target: string;
  readonly engine: string;
  readonly method: string;
  readonly kind: BackupKind;
  readonly parent: string | null;
  readonly source: { readonly identity: string; readonly version: string; readonly description: string };
  readonly startedAt: Date;
  readonly consistentAt: Date;
  readonly finishedAt: Date;
  /** IANA zone that was configured, for whoever reads this later. Retention reads `startedAt` in the zone of its own policy. */
  readonly timeZone: string;
  readonly save: ManifestSave;
  readonly artifacts: readonly ManifestArtifact[];
  readonly documents: readonly ManifestDocument[];
  readonly fingerprint: Fingerprint | null;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly host: string;
  readonly run: string;
  readonly tool: { readonly name: string; readonly version: string };
}
