import { on } from "node:events";
import { type DuplexOptions, pipeline, Readable } from "node:stream";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createZstdDecompress, type ZstdOptions } from "node:zlib";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { ChangedFiles, type ChangeEvent } from "./physical/incremental/changed-files.ts";
import { ArchiveHasher, type HashedFile } from "./physical/manifest/archived-files.ts";
import { TreeWriter } from "./physical/restore/tree-writer.ts";
import { TarReader } from "./physical/tar/tar-reader.ts";
import type { FromThread, Seen, ThreadJob, ToThread } from "./physical/thread/protocol.ts";

/** As much is decompressed ahead while files are hashed and written. */
const chunkSize = 512 * 1024;
const readAheadBytes = 4 * chunkSize;

/** The thread's side of `ArchiveThread`: one archive, then it ends. */
async function work(port: MessagePort, job: ThreadJob): Promise<void> {
  const begun: string[] = [];
  const ended: HashedFile[] = [];
  const kept: [string, Uint8Array][] = [];
  const post = (message: FromThread): void => port.postMessage(message);
  const seen = (): Seen => ({ begun: begun.splice(0), ended: ended.splice(0), kept: kept.splice(0) });
  try {
    const hasher = new ArchiveHasher({ begin: (path) => begun.push(path), end: (file) => ended.push(file) });
    const received = Readable.from(
      receive(port, () => post({ type: "taken", ...seen() })),
      { objectMode: false, highWaterMark: chunkSize },
    );
    await read(decoded(received, job), hasher, job, (path, bytes) => kept.push([path, bytes]));
    post({ type: "done", ...seen() });
  } catch (error) {
    const { code, message, hint } = failure(error, job);
    post({ type: "failed", code, message, hint });
  } finally {
    port.close();
  }
}

async function read(
  plain: AsyncIterable<Buffer>,
  hasher: ArchiveHasher,
  { unpack, format }: ThreadJob,
  keep: (path: string, bytes: Buffer) => void,
): Promise<void> {
  const reader = new TarReader();
  const changes = format && new ChangedFiles(format);
  const writer = unpack && new TreeWriter(unpack, keep);
  try {
    for await (const chunk of plain) {
      for (const event of reader.read(chunk)) {
        const writing = changes === null ? writer?.take(event) : apply(changes.take(event), writer);
        hasher.take(event);
        await writing;
      }
    }
    reader.finish();
    await writer?.finish();
  } finally {
    await writer?.close();
  }
}

/** They are read, and so checked, also where nothing is written. */
async function apply(events: Iterable<ChangeEvent>, writer: TreeWriter | null): Promise<void> {
  for (const event of events) await writer?.take(event);
}

function decoded(body: Readable, { encoding }: ThreadJob): Readable {
  if (encoding === undefined) return body;
  const options: ZstdOptions & DuplexOptions = { chunkSize, readableHighWaterMark: readAheadBytes };
  const plain = createZstdDecompress(options);
  pipeline(body, plain, () => undefined); // who reads `plain` sees the failure
  return plain;
}

/** What the other side sends; `taken` is called after each chunk. */
async function* receive(port: MessagePort, taken: () => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const [bytes] of on(port, "message") as AsyncIterable<readonly [ToThread]>) {
    if (bytes === null) return;
    if (bytes === "stop") throw new DbsaveError("ABORTED", "postgres: the archive is not wanted any more");
    yield bytes;
    taken();
  }
}

function failure(error: unknown, { name }: ThreadJob): DbsaveError {
  const isDamage = error instanceof Error && "code" in error && /^Z(?:STD)?_/.test(String(error.code));
  if (isDamage)
    return new DbsaveError("SOURCE_INVALID", `postgres: ${name}: it cannot be decompressed`, { cause: error });
  return toDbsaveError(error, "RESTORE_FAILED", `postgres: ${name}`);
}

if (parentPort !== null) await work(parentPort, workerData as ThreadJob);
