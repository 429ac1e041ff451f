import { chown, type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TarEntry } from "../tar/tar-header.ts";
import type { TarEvent } from "../tar/tar-reader.ts";
import { WrittenFiles } from "./written-files.ts";

/** Whose the files become. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `as archived`: what the server's numbers say, which only root can make. Null: this process's own. */
export type Ownership = Owner | "as archived" | null;

/** A file that is not written as it is: its bytes are handed to whoever asked for them. */
export interface KeptFiles {
  readonly paths: ReadonlySet<string>;
  keep(path: string, bytes: Buffer): void;
}

/** Writes what a tar holds below `root`, which nobody else writes into; files are synced, the names of directories are not. */
export class TreeWriter {
  readonly #root: string;
  readonly #owner: Ownership;
  readonly #kept: KeptFiles;
  #file: FileHandle | null = null;
  #position = 0;
  /** Of the file whose bytes are kept. */
  #chunks: Buffer[] | null = null;
  #path = "";
  /** One write runs while the next bytes are hashed. */
  #writing: Promise<unknown> = Promise.resolve();
  /** The disk is busy from the beginning, not only when all is written. */
  readonly #written = new WrittenFiles();

  constructor(root: string, owner: Ownership, kept: KeptFiles) {
    this.#root = root;
    this.#owner = owner;
    this.#kept = kept;
  }

  async take(event: TarEvent): Promise<void> {
    if (event.kind === "data") await this.#write(event.bytes);
    else if (event.kind === "end") await this.#end();
    else if (event.entry.type === "directory") await this.#directory(event.entry);
    else await this.#begin(event.entry);
  }

  /** Resolves when all files are synced. */
  async finish(): Promise<void> {
    await this.#written.settled();
  }

  /** Resolves when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file?.close();
    this.#file = null;
    await this.#written.over();
  }

  async #directory(entry: TarEntry): Promise<void> {
    const whole = join(this.#root, entry.path);
    const made = await mkdir(whole, { recursive: true, mode: entry.mode | 0o700 });
    const owner = this.#ownerOf(entry);
    if (made !== undefined && owner !== null) await chown(whole, owner.uid, owner.gid);
  }

  #ownerOf(entry: TarEntry): Owner | null {
    return this.#owner === "as archived" ? entry : this.#owner;
  }

  async #begin(entry: TarEntry): Promise<void> {
    const { path, mode } = entry;
    this.#path = path;
    this.#position = 0;
    this.#chunks = this.#kept.paths.has(path) ? [] : null;
    if (this.#chunks !== null) return;
    const whole = join(this.#root, path);
    this.#file = await openNew(whole, mode);
    const owner = this.#ownerOf(entry);
    if (owner !== null) await this.#file.chown(owner.uid, owner.gid);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#chunks !== null) {
      this.#chunks.push(Buffer.from(bytes));
      return;
    }
    await this.#writing;
    this.#writing = writeAll(this.#file as FileHandle, bytes, this.#position);
    this.#writing.catch(() => undefined); // thrown by whoever waits for it next
    this.#position += bytes.length;
  }

  async #end(): Promise<void> {
    if (this.#chunks !== null) {
      this.#kept.keep(this.#path, Buffer.concat(this.#chunks));
      this.#chunks = null;
      return;
    }
    await this.#writing;
    const file = this.#file as FileHandle;
    this.#file = null;
    await this.#written.add(file);
  }
}

async function openNew(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, "wx", mode);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await open(path, "wx", mode);
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
