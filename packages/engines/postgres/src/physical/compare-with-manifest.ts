import { type ArtifactSource, abortStream } from "@dbsave/core";
import { manifestName } from "./artifacts.ts";
import type { ArchivedFiles } from "./manifest/archived-files.ts";
import { BackupManifestReader, type ManifestFacts } from "./manifest/backup-manifest.ts";

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
  const reader = new BackupManifestReader((file) => archived.compare(file));
  const body = abortStream(await source.open(manifestName), signal, `postgres: reading ${manifestName}`);
  for await (const chunk of body as AsyncIterable<Buffer>) reader.read(chunk);
  reader.finish();
  const facts = reader.facts();
  return { facts, problems: archived.problems(facts) };
}
