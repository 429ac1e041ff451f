import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Codec } from "../contracts/codec.ts";
import type { ArtifactSource } from "../contracts/engine.ts";
import type { Manifest, ManifestArtifact } from "../contracts/manifest.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import { abortStream } from "../streams/abort.ts";
import { CheckedStream } from "../streams/checked-stream.ts";
import { connect } from "../streams/connect.ts";

/**
 * The artifacts of a committed backup, decoded. Stored and plain bytes are both compared with the manifest while they
 * pass; a stream that is not exactly what was backed up fails before it ends (CHECKSUM_MISMATCH, DECODE_FAILED).
 */
export interface CheckedSource extends ArtifactSource {
  /** Names of the artifacts that were read to their end and found right. */
  readonly checked: ReadonlySet<string>;
}

/** UNSUPPORTED, before anything is read, when a codec that the manifest names was not given. Its streams fail when `signal` fires. */
export function artifactSource(
  repository: Repository,
  manifest: Manifest,
  codecs: readonly Codec[],
  signal: AbortSignal,
): CheckedSource {
  const checked = new Set<string>();
  for (const artifact of manifest.artifacts) decoders(artifact, codecs);

  const open = async (name: string): Promise<Readable> => {
    const artifact = manifest.artifacts.find((candidate) => candidate.name === name);
    if (artifact === undefined)
      throw new DbsaveError("OBJECT_NOT_FOUND", `${manifest.id}: it has no artifact "${name}"`);
    const key = keys.stored(manifest.target, manifest.id, artifact.storedName);
    const stored = new CheckedStream({ bytes: artifact.storedBytes, sha256: artifact.storedSha256, what: key });
    const stages = decoders(artifact, codecs).map((codec) => codec.decoder());
    const decoded = connect(
      await repository.storage.get(key, { signal }),
      stored,
      ...stages,
      ...plainCheck(artifact, key),
    );
    const body = abortStream(decoded, signal, `${manifest.target}: artifact ${name}`);
    finished(body).then(
      () => checked.add(name),
      () => undefined, // the reader sees the error
    );
    return body;
  };
  return { manifest, checked, open };
}

/** What was stored as it is was checked as it was read; unless the manifest contradicts itself. */
function plainCheck(artifact: ManifestArtifact, key: string): readonly CheckedStream[] {
  const { plainBytes, plainSha256, storedBytes, storedSha256, codecs } = artifact;
  if (codecs.length === 0 && plainBytes === storedBytes && plainSha256 === storedSha256) return [];
  return [new CheckedStream({ bytes: plainBytes, sha256: plainSha256, what: `${key} (decoded)` })];
}

function decoders(artifact: ManifestArtifact, codecs: readonly Codec[]): readonly Codec[] {
  return artifact.codecs.toReversed().map((name) => {
    const codec = codecs.find((candidate) => candidate.name === name);
    if (codec !== undefined) return codec;
    throw new DbsaveError("UNSUPPORTED", `${artifact.storedName}: no codec "${name}" was given to decode it`, {
      hint: `Pass the ${name} codec, with its identity or passphrase if it encrypts.`,
    });
  });
}
