import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type {
  BackupFacts,
  BackupRequest,
  Engine,
  Manifest,
  ManifestArtifact,
  RunContext,
  ServerFacts,
} from "@dbsave/core";
import { type HeldArtifact, type MemorySink, memorySink } from "./memory-sink.ts";

/** A backup in memory, described as a repository would describe it. */
export interface HeldBackup {
  readonly manifest: Manifest;
  readonly facts: BackupFacts;
  readonly artifacts: readonly HeldArtifact[];
}

export const full: BackupRequest = { kind: "full" };

/** Takes a backup into memory. */
export async function hold(
  engine: Engine,
  ctx: RunContext,
  request: BackupRequest = full,
  sink: MemorySink = memorySink(),
): Promise<HeldBackup> {
  const source = await probeOnce(engine, ctx);
  const facts = await engine.backup(request, sink, ctx);
  const { artifacts } = sink;
  const now = ctx.now();
  const manifest: Manifest = {
    formatVersion: 1,
    id: `${now.toISOString().replaceAll(/[-:.]/g, "")}-0001-testkit0`,
    sequence: 1,
    target: "conformance",
    engine: engine.name,
    method: facts.method,
    kind: facts.kind,
    parent: facts.kind === "full" ? null : (request.parent?.manifest.id ?? null),
    source: { identity: source.identity, version: source.version, description: source.description },
    startedAt: now,
    consistentAt: facts.consistentAt,
    finishedAt: now,
    timeZone: "UTC",
    save: { state: "skipped", message: "not asked for" },
    artifacts: artifacts.map(describe),
    documents: [],
    fingerprint: facts.fingerprint,
    details: facts.details,
    host: hostname(),
    run: "conformance",
    tool: { name: "testkit", version: "0" },
  };
  return { manifest, facts, artifacts };
}

const probed = new WeakMap<Engine, ServerFacts>();

/** What a manifest says of the source does not change from backup to backup. */
async function probeOnce(engine: Engine, ctx: RunContext): Promise<ServerFacts> {
  const facts = probed.get(engine) ?? (await engine.probe(ctx));
  probed.set(engine, facts);
  return facts;
}

/** The same backup, as if `change` had happened to its biggest artifact before it was stored. */
export function withDamage(held: HeldBackup, change: (bytes: Buffer) => Buffer): HeldBackup {
  const biggest = held.artifacts.toSorted((a, b) => b.bytes.length - a.bytes.length)[0];
  const artifacts = held.artifacts.map((artifact) =>
    artifact === biggest ? { ...artifact, bytes: change(artifact.bytes) } : artifact,
  );
  return { ...held, artifacts, manifest: { ...held.manifest, artifacts: artifacts.map(describe) } };
}

function describe({ info, bytes }: HeldArtifact): ManifestArtifact {
  const hash = createHash("sha256").update(bytes).digest("hex");
  return {
    name: info.name,
    storedName: info.name,
    mediaType: info.mediaType,
    codecs: [],
    plainBytes: bytes.length,
    plainSha256: hash,
    storedBytes: bytes.length,
    storedSha256: hash,
  };
}
