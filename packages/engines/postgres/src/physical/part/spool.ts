import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { pipeline as piped } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import {
  type ArtifactSink,
  type ArtifactSource,
  type BackupFacts,
  DbsaveError,
  type Manifest,
  type ManifestArtifact,
} from "@dbsave/core";

/** A backup that lives no longer than the restore it is for: compressed files in a private directory. */
export class Spool implements ArtifactSink {
  readonly #directory: string;
  readonly #artifacts: ManifestArtifact[] = [];

  /** `directory` is private, and removed by whoever made it. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(info: Parameters<ArtifactSink["write"]>[0], body: Readable): ReturnType<ArtifactSink["write"]> {
    const { name, mediaType, encoding } = info;
    const storedName = `part-${this.#artifacts.length}`;
    const hash = createHash("sha256");
    let plainBytes = 0;
    const meter = new PassThrough().on("data", (chunk: Buffer) => {
      hash.update(chunk);
      plainBytes += chunk.length;
    });
    const path = join(this.#directory, storedName);
    const file = createWriteStream(path, { mode: 0o600, flags: "wx" });
    const stages = encoding === undefined ? [quickly()] : [];
    await piped([body, meter, ...stages, file]);
    await using written = await open(path);
    const storedBytes = (await written.stat()).size;
    const plainSha256 = hash.digest("hex");
    const codecs = encoding === undefined ? ["zstd"] : [];
    const stored = { storedName, storedBytes, storedSha256: "", codecs };
    this.#artifacts.push({ name, mediaType, plainBytes, plainSha256, ...stored });
    return { name, plainBytes, storedBytes };
  }

  /** What was written, as a backup of `facts` that was made out of `of`. */
  source(of: Manifest, facts: BackupFacts): ArtifactSource {
    const { method, kind, consistentAt, fingerprint, details } = facts;
    const artifacts = this.#artifacts;
    return {
      manifest: { ...of, method, kind, consistentAt, fingerprint, details, parent: null, artifacts },
      open: async (name) => this.#open(name),
    };
  }

  #open(wanted: string): Readable {
    const artifact = this.#artifacts.find(({ name }) => name === wanted);
    if (artifact === undefined) throw new DbsaveError("OBJECT_NOT_FOUND", `postgres: nothing was dumped as ${wanted}`);
    const stored = createReadStream(join(this.#directory, artifact.storedName));
    if (artifact.codecs.length === 0) return stored;
    const plain = createZstdDecompress();
    pipeline(stored, plain, () => undefined); // who reads `plain` sees the failure
    return plain;
  }
}

/** It is read once and removed. */
function quickly(): NodeJS.ReadWriteStream {
  return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
