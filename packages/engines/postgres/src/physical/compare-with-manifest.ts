import type { ArtifactSource } from "@dbsave/core";
import type { ArchivedFiles } from "./manifest/archived-files.ts";
import type { ManifestFacts } from "./manifest/backup-manifest.ts";
import { readManifest } from "./manifest/read-manifest.ts";

export interface Comparison {
  readonly facts: ManifestFacts;
  /** Every difference; empty when the archives are whole. */
  readonly problems: readonly string[];
}

/** After all archives were read: what they hold against the server's manifest. SOURCE_INVALID for a damaged manifest. */
export async function compareWithManifest(
  source: ArtifactSource,
  archived: ArchivedFiles,
  signal: AbortSignal,
): Promise<Comparison> {
  const facts = await readManifest(source, (file) => archived.compare(file), signal);
  return { facts, problems: archived.problems(facts) };
}
