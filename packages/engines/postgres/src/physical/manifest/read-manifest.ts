import { type ArtifactSource, abortStream } from "@dbsave/core";
import { manifestName } from "../artifacts.ts";
import { BackupManifestReader, type ManifestFacts, type ManifestFile } from "./backup-manifest.ts";

/** Reads the server's manifest of a backup to its end. SOURCE_INVALID for a damaged one. */
export async function readManifest(
  source: ArtifactSource,
  onFile: (file: ManifestFile) => void,
  signal: AbortSignal,
): Promise<ManifestFacts> {
  const reader = new BackupManifestReader(onFile);
  const body = abortStream(await source.open(manifestName), signal, `postgres: reading ${manifestName}`);
  for await (const chunk of body as AsyncIterable<Buffer>) reader.read(chunk);
  reader.finish();
  return reader.facts();
}
