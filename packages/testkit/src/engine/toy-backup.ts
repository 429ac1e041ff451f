import { Readable } from "node:stream";
import type { ArtifactSink, BackupFacts, BackupKind, BackupRequest, RunContext } from "@dbsave/core";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { readToyData, type ToyData, toyFingerprint } from "./toy-data.ts";

export const toyMethods: Readonly<Record<string, readonly BackupKind[]>> = { json: ["full"], tables: ["full"] };

const chunkLength = 64;

export async function backupToy(
  path: string,
  request: BackupRequest,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const method = request.method ?? "json";
  if (!toyMethods[method]?.includes(request.kind))
    throw new DbsaveError("UNSUPPORTED", `toy: cannot back up by ${method}, ${request.kind}: methods are json, tables`);
  const data = await readToyData(path);
  const consistentAt = ctx.now();
  const artifacts = method === "json" ? [artifact("data.json", data)] : perTable(data);
  try {
    await Promise.all(artifacts.map(({ name, body }) => writeArtifact(name, body, sink, ctx)));
  } catch (error) {
    if (ctx.signal.aborted) throw new DbsaveError("ABORTED", `toy: backup cancelled: ${path}`, { cause: error });
    throw toDbsaveError(error, "BACKUP_FAILED", `toy: backup failed: ${path}`);
  }
  const recipe = artifacts.map(({ name }) => ({ explain: "Decode the data.", artifact: name, into: name }));
  return { method, kind: "full", consistentAt, fingerprint: toyFingerprint(data), recipe, details: {} };
}

const artifact = (name: string, data: ToyData): { name: string; body: string } => ({
  name,
  body: JSON.stringify(data),
});

const perTable = (data: ToyData): { name: string; body: string }[] =>
  Object.entries(data).map(([table, rows]) => artifact(`${encodeURIComponent(table)}.table.json`, { [table]: rows }));

async function writeArtifact(name: string, body: string, sink: ArtifactSink, ctx: RunContext): Promise<void> {
  const bytes = Buffer.from(body);
  const chunks = function* (): Generator<Buffer> {
    for (let start = 0; start < bytes.length; start += chunkLength) {
      yield bytes.subarray(start, start + chunkLength);
      const doneBytes = Math.min(start + chunkLength, bytes.length);
      ctx.report({ type: "progress", item: name, doneBytes, totalBytes: bytes.length });
    }
  };
  const info = { name, mediaType: "application/json", estimatedBytes: bytes.length };
  await sink.write(info, Readable.from(chunks(), { signal: ctx.signal, objectMode: false }));
}
