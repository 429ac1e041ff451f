import { constants } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { nodeFs } from "@dbsave/core";
import { partialName } from "../wal/wal-file.ts";

/** A segment in the spool that is not whole yet. */
export class FillingSegment {
  readonly name: string;
  readonly #folder: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #bytes = 0;
  #isSynced = true;

  private constructor(folder: string, name: string, path: string, file: FileHandle) {
    this.name = name;
    this.#folder = folder;
    this.#path = path;
    this.#file = file;
  }

  /** Fills it from its beginning; what an earlier receiver put there stays until it is written over with the same. */
  static async open(folder: string, name: string): Promise<FillingSegment> {
    const path = join(folder, `${name}.partial`);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    return new FillingSegment(folder, name, path, await open(path, flags, 0o600));
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(bytes: Buffer): Promise<void> {
    this.#isSynced = false;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#bytes);
      done += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    if (this.#isSynced) return;
    this.#isSynced = true;
    await this.#file.datasync();
  }

  /** It is whole, and waits from now on. */
  async finish(): Promise<void> {
    await this.#close();
    await rename(this.#path, join(this.#folder, this.name));
    await nodeFs.syncDirectory(this.#folder);
  }

  /** It will never be whole: what there is waits as a part. */
  async end(): Promise<void> {
    await this.#file.truncate(this.#bytes);
    this.#isSynced = false;
    await this.#close();
    await rename(this.#path, join(this.#folder, partialName(this.name, this.#bytes)));
    await nodeFs.syncDirectory(this.#folder);
  }

  /** It stays as it is, to be filled again. */
  async leave(): Promise<void> {
    await this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }
}
