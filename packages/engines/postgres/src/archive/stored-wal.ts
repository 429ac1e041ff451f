import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbsaveError, type LogFile, type LogReader } from "@dbsave/core";
import { checkSegment, pageHeaderBytes, readPageHeader } from "../wal/page-header.ts";
import { folderOf, walFileOf } from "../wal/wal-file.ts";
import { checkOwner } from "./cluster-record.ts";

/** A file of the WAL that is archived, and those that a server will want after it. */
export interface FoundWal {
  readonly file: LogFile;
  /** The whole segments behind it, in order, as far as the same folder has them. */
  readonly later: readonly LogFile[];
}

/** The archived WAL of one server, for its `restore_command`. */
export interface StoredWal {
  /**
   * Null only when a complete listing does not have it. SOURCE_FOREIGN when it is not there and nothing else of this server is: whoever
   * looks into another one's log must not take it for the end of its own. SOURCE_INVALID for a name that no server gives; OBJECT_EXISTS when two writers
   * raced and nobody knows whose contents are right.
   */
  find(name: string): Promise<FoundWal | null>;
  /**
   * Puts a file at `path`, replacing what is there, whole or not at all; checked to be what was archived, and a segment to be this
   * server's, of that name and as long as it says itself. CHECKSUM_MISMATCH, SOURCE_INVALID, SOURCE_FOREIGN. The name is not synced: a server does that.
   */
  write(file: LogFile, path: string, signal: AbortSignal): Promise<void>;
}

export function storedWal(log: LogReader, systemIdentifier: string): StoredWal {
  return {
    async find(name) {
      const folder = folderOf(systemIdentifier, name);
      if (folder === null) throw new DbsaveError("SOURCE_INVALID", `postgres: not the name of a file of WAL: ${name}`);
      const files = await log.list(folder);
      const [file, ...others] = files.filter((candidate) => candidate.name === name);
      if (file === undefined) {
        await checkOwner(systemIdentifier, log);
        return null;
      }
      if (others.some(({ plainSha256 }) => plainSha256 !== file.plainSha256))
        throw new DbsaveError("OBJECT_EXISTS", `postgres: ${name} is archived with different contents`, {
          hint: "Two servers archived to one place: find out which one is right, and move the other file away.",
        });
      const later = files.filter((other) => other.name > name && walFileOf(other.name)?.kind === "segment");
      return { file, later };
    },
    async write(file, path, signal) {
      const temporary = `${path}.dbsave`;
      try {
        await fill(temporary, await log.open(file), signal);
        await check(temporary, file.name, systemIdentifier);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

async function fill(path: string, body: Readable, signal: AbortSignal): Promise<void> {
  await pipeline(body, createWriteStream(path, { mode: 0o600 }), { signal });
}

async function check(path: string, name: string, systemIdentifier: string): Promise<void> {
  const kind = walFileOf(name)?.kind;
  if (kind !== "segment" && kind !== "partial") return;
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(pageHeaderBytes), position: 0 });
  const header = readPageHeader(buffer.subarray(0, bytesRead));
  checkSegment(name, (await file.stat()).size, header);
  if (header.systemIdentifier !== systemIdentifier)
    throw new DbsaveError("SOURCE_FOREIGN", `postgres: ${name} is of the server ${header.systemIdentifier}`);
}
