import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Codec } from "../contracts/codec.ts";
import type { ArtifactInfo, ArtifactSink, StoredArtifact } from "../contracts/engine.ts";
import type { ManifestArtifact } from "../contracts/manifest.ts";
import { isSegment } from "../documents/fields.ts";
import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { checksumsText, keys, restoreText } from "../repository/layout.ts";
import type { Repository } from "../repository/repository.ts";
import type { Run } from "../run/context.ts";
import { ProgressMeter } from "../run/progress-meter.ts";
import { connect, mostTelling } from "../streams/connect.ts";
import { Meter } from "../streams/meter.ts";

/** Sends an engine's streams through hashes and codecs into the storage, and remembers what a manifest must say of them. */
export interface RecordingSink extends ArtifactSink {
  /**
   * What was stored, once the engine says that it is done; nothing is taken from then on. Fails with the failure of any
   * write, also one that the engine kept to itself, and with BACKUP_FAILED when a write is still running.
   */
  finish(): readonly ManifestArtifact[];
  /** Gives up the writes that are still running. Resolves when none of them touches the storage any more. */
  stop(): Promise<void>;
}

export function artifactSink(
  place: { readonly repository: Repository; readonly target: string; readonly id: string },
  codecs: readonly Codec[],
  run: Run,
): RecordingSink {
  const artifacts: ManifestArtifact[] = [];
  const running = new Map<Promise<unknown>, Readable>();
  const failures: unknown[] = [];
  const names = new Set(["manifest.json", restoreText, checksumsText]);
  const progress = new ProgressMeter(run, place.target, "backup");
  let isClosed = false;

  const store = async (info: ArtifactInfo, body: Readable): Promise<StoredArtifact> => {
    const applied = info.encoding === undefined ? codecs : codecs.filter((codec) => codec.kind !== "compression");
    const storedName = info.name + applied.map((codec) => codec.extension).join("");
    try {
      if (isClosed) throw new DbsaveError("BACKUP_FAILED", `artifact ${info.name} came after the backup had ended`);
      claimNames(names, info.name, storedName);
      const plain = new Meter((bytes) => progress.update(info.name, bytes, info.estimatedBytes));
      const stages = applied.map((codec) => codec.encoder());
      const stored = stages.length === 0 ? plain : new Meter(); // the same bytes need not be hashed twice
      const coded = connect(body, plain, ...stages, ...(stored === plain ? [] : [stored]));
      const key = keys.stored(place.target, place.id, storedName);
      const storing = place.repository.storage.put(key, coded, { signal: run.signal, ifExists: "fail" });
      // A storage may settle without having read the body, for which the engine would wait forever.
      await allOrFirst([finished(body, { writable: false }), storing.finally(() => coded.destroy())]);
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

  return {
    async write(info, body) {
      const writing = store(info, body);
      running.set(writing, body);
      try {
        return await writing;
      } catch (error) {
        failures.push(error);
        throw error;
      } finally {
        running.delete(writing);
      }
    },
    finish() {
      isClosed = true;
      if (failures.length > 0) throw failures[0];
      if (running.size === 0) return artifacts;
      throw new DbsaveError("BACKUP_FAILED", `${place.target}: the engine ended before its artifacts were stored`);
    },
    async stop() {
      isClosed = true;
      for (const body of running.values()) body.destroy();
      await Promise.allSettled(running.keys());
    },
  };
}

/** A name may stand for one artifact only, plain and stored: a manifest tells them apart by nothing else. */
function claimNames(taken: Set<string>, ...wanted: readonly string[]): void {
  for (const name of new Set(wanted)) {
    if (!isSegment(name) || taken.has(name)) {
      throw new DbsaveError("INTERNAL", `artifact name "${name}" is unsafe, reserved or taken`);
    }
    taken.add(name);
  }
}

/** Waits for all, then fails with the most telling of the failures. */
async function allOrFirst(work: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).filter((result) => result.status === "rejected");
  if (failures.length > 0) throw mostTelling(failures.map((failure) => failure.reason));
}
