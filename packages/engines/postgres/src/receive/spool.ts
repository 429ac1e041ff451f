import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { makeDirectories, nodeFs, publishFile, systemCode } from "@dbsave/core";
import { isSegmentName } from "../wal/segment.ts";
import { partialName, walFileOf } from "../wal/wal-file.ts";

/** A file in the spool. */
export interface Spooled {
  readonly systemIdentifier: string;
  /** As it will be called in the log; of one that is being filled, of the segment. */
  readonly name: string;
  readonly path: string;
  /** Whether more is to come. */
  readonly isFilling: boolean;
}

const filling = ".partial";

/**
 * A directory of WAL on its way to the log, by server: `<system identifier>/<name>` is whole and durable and waits,
 * `<segment>.partial` is being filled. What it holds is all that there is to know, so that a killed receiver loses nothing.
 */
export class Spool {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Oldest first; a timeline's history comes before its segments. */
  async list(): Promise<readonly Spooled[]> {
    const found: Spooled[] = [];
    for (const systemIdentifier of (await namesIn(this.directory)).filter((name) => /^\d+$/.test(name))) {
      const folder = join(this.directory, systemIdentifier);
      for (const file of await namesIn(folder)) {
        const kind = walFileOf(file);
        if (kind === null) continue;
        const isFilling = kind.kind === "partial" && kind.bytes === null;
        const name = isFilling ? file.slice(0, -filling.length) : file;
        found.push({ systemIdentifier, name, path: join(folder, file), isFilling });
      }
    }
    return found;
  }

  /** Names of a server's segments that are whole. */
  async segments(systemIdentifier: string): Promise<readonly string[]> {
    const files = await this.list();
    const whole = files.filter((file) => file.systemIdentifier === systemIdentifier && !file.isFilling);
    return whole.map(({ name }) => name).filter(isSegmentName);
  }

  /** Where a server's files are, made when missing. */
  async folder(systemIdentifier: string): Promise<string> {
    const path = join(this.directory, systemIdentifier);
    await makeDirectories(nodeFs, path);
    return path;
  }

  /** Durable on return. */
  async add(systemIdentifier: string, name: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
    const path = join(await this.folder(systemIdentifier), name);
    const temporary = `${path}.new`;
    await rm(temporary, { force: true });
    await publishFile(nodeFs, path, Readable.from([bytes]), { ifExists: "replace", temporary, signal });
  }

  /** What was begun and will not go on, because the server took another way, waits as a part of a segment. */
  async closeOthers(systemIdentifier: string, segment: string): Promise<void> {
    for (const { name, path, isFilling, ...file } of await this.list()) {
      if (!isFilling || file.systemIdentifier !== systemIdentifier || name === segment) continue;
      const { size } = await stat(path);
      const folder = await this.folder(systemIdentifier);
      if (size === 0) await rm(path);
      else await rename(path, join(folder, partialName(name, size)));
      await nodeFs.syncDirectory(folder);
    }
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await nodeFs.list(directory)).map(({ name }) => name).toSorted();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
