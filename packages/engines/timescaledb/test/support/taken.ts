import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  type ArtifactSink,
  type ArtifactSource,
  type BackupFacts,
  type Engine,
  type Fingerprint,
  type Manifest,
  type RunContext,
  Secret,
} from "@dbsave/core";
import type { TimescaleServer } from "./server.ts";

/** A backup in memory. */
export interface Taken {
  readonly facts: BackupFacts;
  readonly fingerprint: Fingerprint;
  readonly artifacts: ReadonlyMap<string, Buffer>;
  readonly source: ArtifactSource;
}

export async function take(engine: Engine, ctx: RunContext): Promise<Taken> {
  const artifacts = new Map<string, Buffer>();
  const sink: ArtifactSink = {
    async write({ name }, body) {
      const bytes = await buffer(body);
      artifacts.set(name, bytes);
      return { name, plainBytes: bytes.length, storedBytes: bytes.length };
    },
  };
  const facts = await engine.backup({ kind: "full" }, sink, ctx);
  if (facts.fingerprint === null) throw new Error("a backup without a fingerprint");
  return { facts, fingerprint: facts.fingerprint, artifacts, source: sourceOf(engine.name, facts, artifacts) };
}

export function sourceOf(engine: string, facts: BackupFacts, artifacts: ReadonlyMap<string, Buffer>): ArtifactSource {
  const manifest = {
    id: "test",
    engine,
    ...facts,
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
  return { manifest, open };
}

/** A command of RESTORE.md, as a person types it beside the server: `input` is what was decoded before the pipe. */
export async function runStock(server: TimescaleServer, command: string, input?: Buffer): Promise<void> {
  const { host, port, password } = server;
  const env = { PGHOST: host, PGPORT: String(port), PGUSER: "postgres", PGPASSWORD: new Secret(password) };
  const { signal } = new AbortController();
  const running = server.tools.run("sh", ["-c", command], {
    signal,
    env,
    ...(input && { input: Readable.from([input], { objectMode: false }) }),
  });
  running.stdout.resume();
  await running.done;
}
