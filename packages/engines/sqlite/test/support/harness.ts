import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  type ArtifactSink,
  type ArtifactSource,
  type BackupFacts,
  DbsaveError,
  type Engine,
  type EngineEvent,
  type Manifest,
  type RunContext,
} from "@dbsave/core";
import { onTestFinished } from "vitest";

// Every job starts a thread, and from the sources each thread would strip the types of its modules anew: three times the work.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "dbsave-compile-cache");

/** A directory for one test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dbsave-sqlite-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export interface Bench {
  readonly ctx: RunContext;
  readonly cancel: () => void;
  readonly events: EngineEvent[];
  readonly left: () => Promise<readonly string[]>;
}

const servers: RunContext["servers"] = {
  start: () => Promise.reject(new DbsaveError("TOOL_MISSING", "this engine starts no servers")),
};

export async function bench(scratchDir?: string): Promise<Bench> {
  const scratch = scratchDir ?? (await temporaryDirectory());
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  return {
    ctx: {
      signal: controller.signal,
      scratchDir: scratch,
      now: () => new Date(),
      report: (event) => void events.push(event),
      servers,
      tools: {
        run() {
          const done = Promise.reject(new DbsaveError("TOOL_MISSING", "this engine runs no tools"));
          return { stdout: new PassThrough(), done };
        },
      },
    },
    cancel: () => controller.abort(),
    events,
    left: () => readdir(scratch, { recursive: true }),
  };
}

/** A backup in memory. */
export interface Taken {
  readonly facts: BackupFacts;
  readonly manifest: Manifest;
  readonly bytes: Buffer;
  readonly source: ArtifactSource;
}

export async function take(engine: Engine, { ctx }: Bench, method = "online", sink = memorySink()): Promise<Taken> {
  const facts = await engine.backup({ kind: "full", method }, sink, ctx);
  const [[name, bytes] = ["", Buffer.alloc(0)]] = sink.artifacts;
  return replay(facts, name, bytes);
}

export function replay(facts: BackupFacts, name: string, bytes: Buffer): Taken {
  const { method, kind, consistentAt, fingerprint, details } = facts;
  const manifest: Manifest = {
    formatVersion: 1,
    id: "20261121T000000Z-000001-0123abcd",
    sequence: 1,
    target: "app",
    engine: "sqlite",
    method,
    kind,
    parent: null,
    source: { identity: "file:/data/app.db", version: "3", description: "/data/app.db" },
    startedAt: consistentAt,
    consistentAt,
    finishedAt: consistentAt,
    timeZone: "UTC",
    save: { state: "not-needed", message: "" },
    artifacts: [
      {
        name,
        storedName: name,
        mediaType: "application/octet-stream",
        codecs: [],
        plainBytes: bytes.length,
        plainSha256: "",
        storedBytes: bytes.length,
        storedSha256: "",
      },
    ],
    documents: [],
    fingerprint,
    details,
    host: "test",
    run: "test",
    tool: { name: "dbsave", version: "0" },
  };
  return { facts, manifest, bytes, source: sourceOf(manifest, () => chunks(bytes)) };
}

export function sourceOf(manifest: Manifest, body: () => Iterable<Buffer> | AsyncIterable<Buffer>): ArtifactSource {
  return { manifest, open: async () => Readable.from(body(), { objectMode: false }) };
}

export function* chunks(bytes: Buffer, failure?: Error): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 10_000) yield bytes.subarray(start, start + 10_000);
  if (failure !== undefined) throw failure;
}

export interface MemorySink extends ArtifactSink {
  readonly artifacts: Map<string, Buffer>;
}

export function memorySink(onArtifact: (body: Readable) => void | Promise<void> = () => undefined): MemorySink {
  const artifacts = new Map<string, Buffer>();
  return {
    artifacts,
    async write({ name }, body) {
      await onArtifact(body);
      const bytes = await buffer(body);
      artifacts.set(name, bytes);
      return { name, plainBytes: bytes.length, storedBytes: bytes.length };
    },
  };
}
