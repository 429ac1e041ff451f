import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type {
  ArtifactSink,
  ArtifactSource,
  BackupFacts,
  Engine,
  Fingerprint,
  Manifest,
  RunContext,
} from "@dbsave/core";

/** A backup in memory. */
export interface Taken {
  readonly facts: BackupFacts;
  readonly artifacts: ReadonlyMap<string, Buffer>;
  readonly source: ArtifactSource;
}

/** Keeps what was given whole; `stored` is empty when nothing was. */
export function memorySink(): ArtifactSink & { readonly stored: Map<string, Buffer> } {
  const stored = new Map<string, Buffer>();
  return {
    stored,
    async write({ name }, body) {
      const bytes = await buffer(body);
      stored.set(name, bytes);
      return { name, plainBytes: bytes.length, storedBytes: bytes.length };
    },
  };
}

export async function take(engine: Engine, ctx: RunContext, sink = memorySink()): Promise<Taken> {
  const facts = await engine.backup({ kind: "full" }, sink, ctx);
  return { facts, artifacts: sink.stored, source: sourceOf(facts, sink.stored) };
}

/** `parent` is what it was taken upon. */
export function sourceOf(
  facts: BackupFacts,
  artifacts: ReadonlyMap<string, Buffer>,
  parent?: ArtifactSource,
): ArtifactSource {
  const depth = parent === undefined ? 0 : parent.manifest.sequence + 1;
  const manifest = {
    id: depth === 0 ? "test" : `test-${depth}`,
    sequence: depth,
    engine: "postgres",
    method: facts.method,
    kind: facts.kind,
    parent: parent?.manifest.id ?? null,
    fingerprint: facts.fingerprint,
    details: facts.details,
    artifacts: [...artifacts].map(([name, bytes]) => ({
      name,
      plainSha256: createHash("sha256").update(bytes).digest("hex"),
    })),
  } as unknown as Manifest;
  const open = async (name: string): Promise<Readable> => {
    const bytes = artifacts.get(name);
    if (bytes === undefined) throw new Error(`no artifact ${name}`);
    return Readable.from([bytes], { objectMode: false });
  };
  return { manifest, open, ...(parent && { parent }) };
}

/** Differs from all others. */
export const noFingerprint: Fingerprint = { algorithm: "none", items: [] };
