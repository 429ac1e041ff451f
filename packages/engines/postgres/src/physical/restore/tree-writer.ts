import { chown, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DbsaveError, systemCode } from "@dbsave/core";
import type { ChangeEvent } from "../incremental/changed-files.ts";
import type { TarEntry } from "../tar/tar-header.ts";
import type { Unpacking } from "../thread/protocol.ts";
import { GrowingFile } from "./growing-file.ts";
import type { Owner } from "./ownership.ts";
import { WrittenFiles } from "./written-files.ts";

/** Takes a file that is not written. */
type Keep = (path: string, bytes: Buffer) => void;

/** Writes what a tar holds below a root, which nobody else writes into; files are synced, the names of directories are not. */
export class TreeWriter {
  readonly #root: string;
  readonly #how: Unpacking;
  readonly #keep: Keep;
  #file: GrowingFile | null = null;
  #position = 0;
  #blockBytes = 0;
  /** Of the file whose bytes are kept. */
  #chunks: Buffer[] | null = null;
  #path = "";
  /** One write runs while the next bytes are hashed. */
  #writing: Promise<unknown> = Promise.resolve();
  /** The disk is busy from the beginning, not only when all is written. */
  readonly #written = new WrittenFiles();

  constructor(how: Unpacking, keep: Keep) {
    this.#root = how.root;
    this.#how = how;
    this.#keep = keep;
  }

  async take(event: ChangeEvent): Promise<void> {
    if (event.kind === "data") await this.#write(event.bytes);
    else if (event.kind === "end") await this.#end();
    else if (event.kind === "patch") await this.#patch(event);
    else if (event.kind === "blocks") await this.#writeAt(event.first * this.#blockBytes, event.bytes);
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
    const { owner } = this.#how;
    return owner === "as archived" ? entry : owner;
  }

  async #begin(entry: TarEntry): Promise<void> {
    const { path, mode } = entry;
    this.#path = path;
    this.#position = 0;
    const { kept, isUpon, withoutWal } = this.#how;
    this.#chunks = kept.includes(path) ? [] : null;
    if (this.#chunks !== null || (withoutWal && path.startsWith("pg_wal/"))) return;
    const whole = join(this.#root, path);
    if (isUpon) await rm(whole, { force: true });
    this.#file = await openNew(whole, mode);
    const owner = this.#ownerOf(entry);
    if (owner !== null) await this.#file.handle.chown(owner.uid, owner.gid);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#chunks !== null) {
      this.#chunks.push(Buffer.from(bytes));
      return;
    }
    if (this.#file === null) return;
    await this.#writing;
    this.#writing = this.#file.write(bytes, this.#position);
    this.#writing.catch(() => undefined); // thrown by whoever waits for it next
    this.#position += bytes.length;
  }

  async #writeAt(position: number, bytes: Buffer): Promise<void> {
    this.#position = position;
    await this.#write(bytes);
  }

  async #patch({
    entry: { path },
    blockBytes,
    keptBlocks,
    blocks,
  }: Extract<ChangeEvent, { kind: "patch" }>): Promise<void> {
    this.#blockBytes = blockBytes;
    this.#file = await openOld(join(this.#root, path), path);
    await this.#file.handle.truncate(keptBlocks * blockBytes);
    await this.#file.handle.truncate(blocks * blockBytes);
  }

  async #end(): Promise<void> {
    if (this.#chunks !== null) {
      this.#keep(this.#path, Buffer.concat(this.#chunks));
      this.#chunks = null;
      return;
    }
    await this.#writing;
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    await this.#written.add(file);
  }
}

async function openNew(path: string, mode: number): Promise<GrowingFile> {
  try {
    return new GrowingFile(await open(path, "wx", mode));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return new GrowingFile(await open(path, "wx", mode));
  }
}

async function openOld(path: string, name: string): Promise<GrowingFile> {
  try {
    return new GrowingFile(await open(path, "r+"));
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${name} was changed, but is not in the older backup`, { cause });
  }
}
