import type { Codec } from "../contracts/codec.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { loadChain } from "../manifest/load-chain.ts";
import type { Repository } from "../repository/repository.ts";
import { artifactSource, type CheckedSource } from "./artifact-source.ts";

/** The artifacts of a backup and of all it was taken upon. Fails as `loadChain` and `artifactSource` do, before an artifact is read. */
export async function backupSource(
  repository: Repository,
  manifest: Manifest,
  codecs: readonly Codec[],
  signal: AbortSignal,
): Promise<CheckedSource> {
  const older = (await loadChain(repository.storage, manifest, signal)).slice(0, -1);
  const sourceOf = (parent: CheckedSource | undefined, link: Manifest): CheckedSource => ({
    ...artifactSource(repository, link, codecs, signal),
    ...(parent && { parent }),
  });
  return sourceOf(older.reduce<CheckedSource | undefined>(sourceOf, undefined), manifest);
}
