import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbsaveError, type LogStore } from "@dbsave/core";
import { checkSegment, pageHeaderBytes, readPageHeader } from "../wal/page-header.ts";
import { folderOf, partialName, walFileOf } from "../wal/wal-file.ts";
import type { Spooled } from "./spool.ts";

const chunkBytes = 2 ** 20;

/**
 * Archives a file of the spool, durably on return: of a segment that is not whole the first `bytes` bytes, filled up with zeros
 * to a segment's length, as a server can read it. SOURCE_INVALID for a file that is not what its name says; OBJECT_EXISTS when other contents
 * are archived under its name. Resolves with the name in the log.
 */
export async function archiveSpooled(file: Spooled, bytes: number, log: LogStore): Promise<string> {
  const name = file.isFilling ? partialName(file.name, bytes) : file.name;
  const folder = folderOf(file.systemIdentifier, name) ?? "";
  await using handle = await open(file.path);
  const length = walFileOf(name)?.kind === "history" ? bytes : await segmentBytes(handle, file, bytes);
  const hash = createHash("sha256");
  await pipeline(paddedTo(length, handle, bytes), hash);
  const plainSha256 = hash.digest("hex");
  await log.append({ folder, name, plainSha256 }, () => paddedTo(length, handle, bytes));
  return name;
}

/** How long the segment is when it is whole, by its own beginning. */
async function segmentBytes(handle: FileHandle, { systemIdentifier, name }: Spooled, bytes: number): Promise<number> {
  const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(pageHeaderBytes), position: 0 });
  const header = readPageHeader(buffer.subarray(0, Math.min(bytes, bytesRead)));
  const isWhole = walFileOf(name)?.kind === "segment" && bytes === header.segmentBytes;
  checkSegment(isWhole ? name : `${name.slice(0, 24)}.partial`, bytes, header);
  if (header.systemIdentifier === systemIdentifier) return header.segmentBytes;
  throw new DbsaveError("SOURCE_FOREIGN", `postgres: ${name} is of the server ${header.systemIdentifier}`);
}

/** Reads the open file, so that a new name is no obstacle. */
function paddedTo(length: number, handle: FileHandle, bytes: number): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes; ) {
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.allocUnsafe(Math.min(chunkBytes, bytes - at)),
        position: at,
      });
      if (bytesRead === 0) throw new DbsaveError("SOURCE_INVALID", "postgres: a file of the spool was cut");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    for (let left = length - bytes; left > 0; left -= chunkBytes) yield Buffer.alloc(Math.min(chunkBytes, left));
  }
  return Readable.from(chunks(), { objectMode: false, highWaterMark: chunkBytes });
}
