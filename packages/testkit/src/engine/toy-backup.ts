import { Readable } from "node:stream";
import type { ArtifactSink, BackupFacts, BackupKind, BackupRequest, RunContext } from "@dbsave/core";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { readToyData, type ToyData, toyFingerprint } from "./toy-data.ts";
import { readToyBackup } from "./toy-restore.ts";

export const toyMethods: Readonly<Record<string, readonly BackupKind[]>> = {
  json: ["full", "incremental"],
  tables: ["full"],
};

export async function backupToy(
  path: string,
  request: BackupRequest,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const method = request.method ?? "json";
  if (!Object.hasOwn(toyMethods, method) || !toyMethods[method]?.includes(request.kind))
    throw new DbsaveError("UNSUPPORTED", `toy: cannot back up by ${method}, ${request.kind}: methods are json, tables`);
  const data = await readToyData(path);
  const consistentAt = ctx.now();
  const upon = await readParent(request, ctx);
  const changed = upon.data && changesSince(upon.data, data);
  const artifacts = method === "json" ? [{ name: "data.json", data: changed ?? data }] : perTable(data);
  try {
    await writeAll(artifacts, sink, ctx);
  } catch (error) {
    if (ctx.signal.aborted) throw new DbsaveError("ABORTED", `toy: backup cancelled: ${path}`, { cause: error });
    throw toDbsaveError(error, "BACKUP_FAILED", `toy: backup failed: ${path}`);
  }
  const recipe = artifacts.map(({ name }) => ({ explain: "Decode the data.", artifact: name, into: name }));
  const taken = { method, consistentAt, fingerprint: toyFingerprint(data), recipe };
  const details = { tables: JSON.stringify(Object.keys(data)) };
  if (changed !== undefined) return { ...taken, kind: "incremental", details };
  const { fullBecause } = upon;
  return { ...taken, kind: "full", details, ...(fullBecause !== undefined && { fullBecause }) };
}

/** What the parent holds, or why nothing can be taken upon it. */
async function readParent(
  { kind, parent }: BackupRequest,
  ctx: RunContext,
): Promise<{ readonly data?: ToyData; readonly fullBecause?: string }> {
  if (kind === "full") return {};
  if (parent === undefined) return { fullBecause: "no parent was given" };
  try {
    return { data: await readToyBackup(parent, ctx.signal) };
  } catch (error) {
    if (ctx.signal.aborted) throw new DbsaveError("ABORTED", "toy: backup cancelled", { cause: error });
    return { fullBecause: error instanceof Error ? error.message : String(error) };
  }
}

/** Tables that are new or different, whole. */
function changesSince(old: ToyData, data: ToyData): ToyData {
  return Object.fromEntries(
    Object.entries(data).filter(([table, rows]) => JSON.stringify(rows) !== JSON.stringify(old[table])),
  );
}

interface ToyArtifact {
  readonly name: string;
  readonly data: ToyData;
}

const perTable = (data: ToyData): ToyArtifact[] =>
  Object.entries(data).map(([table, rows]) => ({
    name: `${encodeURIComponent(table)}.table.json`,
    data: { [table]: rows },
  }));

/** The first failure stops the others, and is thrown when all have stopped. */
async function writeAll(artifacts: readonly ToyArtifact[], sink: ArtifactSink, ctx: RunContext): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([ctx.signal, failed.signal]);
  const writing = artifacts.map(async (artifact) => {
    try {
      await writeArtifact(artifact, sink, { ...ctx, signal });
    } catch (error) {
      failed.abort(error);
    }
  });
  await Promise.all(writing);
  failed.signal.throwIfAborted();
}

async function writeArtifact({ name, data }: ToyArtifact, sink: ArtifactSink, ctx: RunContext): Promise<void> {
  const estimatedBytes = JSON.stringify(data).length;
  const chunks = function* (): Generator<Buffer> {
    let doneBytes = 0;
    for (const piece of toyText(data)) {
      const chunk = Buffer.from(piece);
      doneBytes += chunk.length;
      ctx.report({ type: "progress", item: name, doneBytes, totalBytes: estimatedBytes });
      yield chunk;
    }
  };
  const info = { name, mediaType: "application/json", estimatedBytes };
  await sink.write(info, Readable.from(chunks(), { signal: ctx.signal, objectMode: false }));
}

/** The JSON of `data`, row by row. */
function* toyText(data: ToyData): Generator<string> {
  let open = "{";
  for (const [table, rows] of Object.entries(data)) {
    yield `${open}${JSON.stringify(table)}:{`;
    open = "},";
    let comma = "";
    for (const [key, value] of Object.entries(rows)) {
      yield `${comma}${JSON.stringify(key)}:${JSON.stringify(value)}`;
      comma = ",";
    }
  }
  yield open === "{" ? "{}" : "}}";
}
