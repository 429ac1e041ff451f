import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSink, BackupFacts, Fingerprint, RecipeStep, RunContext } from "@dbsave/core";
import { abortStream, nodeFs, sideBySide } from "@dbsave/core";
import { checkSize } from "./file/header.ts";
import { type PrivateDirectory, privateDirectory } from "./file/private-directory.ts";
import { readStart } from "./file/read-start.ts";
import type { ParsedOptions } from "./options.ts";
import type { Copied } from "./worker/results.ts";
import { runJob } from "./worker/run-job.ts";

export const copyName = "database.sqlite";

/** Larger pieces are no faster, and what the collector leaves lying grows with them. */
const readBytes = 128 * 1024;

/** What the copy thread found, and the fingerprint where it had to be read from the copy. */
type Sent = Copied & { readonly fingerprint: Fingerprint | null };

/**
 * Method `online`: a thread copies all pages of one moment into a private file in the scratch directory, another one reads
 * the fingerprint of the same moment from the source; as soon as the copy is whole it is streamed, and its name is gone.
 * Where the two threads cannot meet in one moment, the fingerprint is read from the copy.
 */
export async function backupOnline(options: ParsedOptions, sink: ArtifactSink, ctx: RunContext): Promise<BackupFacts> {
  const consistentAt = ctx.now();
  await using directory = await privateDirectory(ctx.scratchDir);
  const into = await emptyCopy(directory);
  const meeting = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const [fromSource, sent] = await sideBySide<[Fingerprint | null, Sent]>(ctx.signal, (signal) => [
    runJob("fingerprint", { ...options, meeting }, { signal }),
    runJob("copyOnline", { ...options, into, meeting }, { signal, onProgress: report(ctx) }).then((copied) =>
      send(directory, copied, sink, signal),
    ),
  ]);
  return facts("online", consistentAt, sent, sent.fingerprint ?? fromSource);
}

/** Method `vacuum`: the same with a compacted copy, whose fingerprint is read from it. */
export async function backupVacuum(options: ParsedOptions, sink: ArtifactSink, ctx: RunContext): Promise<BackupFacts> {
  const consistentAt = ctx.now();
  await using directory = await privateDirectory(ctx.scratchDir);
  const into = await emptyCopy(directory);
  const copied = await runJob("copyVacuum", { ...options, into }, ctx);
  const sent = await send(directory, copied, sink, ctx.signal);
  return facts("vacuum", consistentAt, sent, sent.fingerprint);
}

/** SQLite would make it readable by others, so it is there before. */
async function emptyCopy(directory: PrivateDirectory): Promise<string> {
  const path = join(directory.path, copyName);
  await (await nodeFs.createFile(path, 0o600)).close();
  return path;
}

async function send(
  directory: PrivateDirectory,
  copied: Copied,
  sink: ArtifactSink,
  signal: AbortSignal,
): Promise<Sent> {
  const path = join(directory.path, copyName);
  const file = await open(path);
  const { header, sizeBytes } = await readStart(file);
  const body = abortStream(file.createReadStream({ start: 0, highWaterMark: readBytes }), signal, "sqlite: backup");
  try {
    checkSize(header, sizeBytes, "the private copy");
    const info = { name: copyName, mediaType: "application/vnd.sqlite3", estimatedBytes: sizeBytes };
    if (copied.met) await directory.remove();
    const [, fingerprint] = await sideBySide<[unknown, Fingerprint | null]>(signal, (inner) => [
      sink.write(info, body),
      copied.met ? Promise.resolve(null) : runJob("fingerprint", { path, busyTimeoutMs: 0 }, { signal: inner }),
    ]);
    return { ...copied, fingerprint };
  } finally {
    body.destroy();
  }
}

function report(ctx: RunContext): (doneBytes: number, totalBytes: number) => void {
  return (doneBytes, totalBytes) => ctx.report({ type: "progress", item: "private copy", doneBytes, totalBytes });
}

function facts(
  method: "online" | "vacuum",
  consistentAt: Date,
  { journalMode, pageSize, pageCount }: Copied,
  fingerprint: Fingerprint | null,
): BackupFacts {
  const recipe: RecipeStep[] = [
    { explain: "Decode the database; the file is complete.", artifact: copyName, into: "copy.db" },
    { explain: "Check it.", run: "sqlite3 copy.db 'pragma integrity_check'" },
    ...(method === "vacuum" ? walStep(journalMode) : []),
  ];
  return {
    method,
    kind: "full",
    consistentAt,
    fingerprint,
    recipe,
    details: { journalMode, pageSize, pages: pageCount },
  };
}

/** A copy that SQLite wrote anew is in rollback-journal mode, whatever the source was in. */
export function walStep(journalMode: string): readonly RecipeStep[] {
  if (journalMode !== "wal") return [];
  return [
    { explain: "Put it back into WAL mode, as the source was.", run: "sqlite3 copy.db 'pragma journal_mode=wal'" },
  ];
}
