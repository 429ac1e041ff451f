import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Codec } from "../contracts/codec.ts";
import type { ArtifactInfo, ArtifactSink, StoredArtifact } from "../contracts/engine.ts";
import type { ManifestArtifact } from "../contracts/manifest.ts";
import { isSegment } from "../documents/fields.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import type { Run } from "../run/context.ts";
import { ProgressMeter } from "../run/progress-meter.ts";
import { connect, mostTelling } from "../streams/connect.ts";
import { Meter } from "../streams/meter.ts";

/** Sends an engine's streams through hashes and codecs into the storage, and remembers what a manifest must say of them. */
export interface RecordingSink extends ArtifactSink {
  readonly artifacts: readonly ManifestArtifact[];
}

export function artifactSink(
  place: { readonly repository: Repository; readonly target: string; readonly id: string },
  codecs: readonly Codec[],
  run: Run,
): RecordingSink {
  const { storage } = place.repository;
  const artifacts: ManifestArtifact[] = [];
  const names = new Set<string>();
  const progress = new ProgressMeter(run, place.target, "backup");

  const write = async (info: ArtifactInfo, body: Readable): Promise<StoredArtifact> => {
    const applied = info.encoding === undefined ? codecs : codecs.filter((codec) => codec.kind !== "compression");
    const storedName = info.name + applied.map((codec) => codec.extension).join("");
    try {
      claimName(names, storedName);
      const plain = new Meter((bytes) => progress.update(info.name, bytes, info.estimatedBytes));
      const stored = new Meter();
      const coded = connect(body, plain, ...applied.map((codec) => codec.encoder()), stored);
      const key = keys.stored(place.target, place.id, storedName);
      await allOrFirst([
        finished(body, { writable: false }),
        storage.put(key, coded, { signal: run.signal, ifExists: "fail" }),
      ]);
      artifacts.push({
        name: info.name,
        storedName,
        mediaType: info.mediaType,
        codecs: applied.map((codec) => codec.name),
        plainBytes: plain.bytes,
        plainSha256: plain.sha256,
        storedBytes: stored.bytes,
        storedSha256: stored.sha256,
      });
      return { name: info.name, plainBytes: plain.bytes, storedBytes: stored.bytes };
    } catch (error) {
      body.destroy();
      throw toDbsaveError(error, "BACKUP_FAILED", `${place.target}: artifact ${info.name}`, run.signal);
    }
  };
  return { artifacts, write };
}

function claimName(names: Set<string>, storedName: string): void {
  if (!isSegment(storedName) || storedName === "manifest.json" || names.has(storedName)) {
    throw new DbsaveError("INTERNAL", `artifact name "${storedName}" is unsafe, reserved or taken`);
  }
  names.add(storedName);
}

/** Waits for all, then fails with the most telling of the failures. */
async function allOrFirst(work: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).filter((result) => result.status === "rejected");
  if (failures.length > 0) throw mostTelling(failures.map((failure) => failure.reason));
}
