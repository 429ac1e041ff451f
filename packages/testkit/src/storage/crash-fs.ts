import type { FsPort, FsReader, FsStat, FsWriter } from "@dbsave/core";
import { CrashDisk, type CrashNode, contentOf } from "./crash-disk.ts";
import { digestOf, lossesOf, nothingLost, surviving } from "./crash-loss.ts";

export interface CrashState {
  /** What the power cut took. */
  readonly name: string;
  /** The disk as the next start finds it, each time a fresh one. */
  readonly mount: () => CrashFs;
}

export interface Crash {
  /** How many operations were done before the power cut. */
  readonly point: number;
  /** The last of them, and what the cut took: for the message of a failing test. */
  readonly name: string;
  readonly mount: () => CrashFs;
}

interface Operation {
  readonly name: string;
  apply(disk: CrashDisk): void;
}

/**
 * A file system in memory that knows what a power cut can take: bytes not synced since they were written, and names not
 * synced in their directory. Run a piece of work on it, then look at `everyCrash`. It has no links and no permissions.
 */
export class CrashFs implements FsPort {
  readonly #initial: CrashDisk;
  readonly #disk: CrashDisk;
  readonly #operations: Operation[] = [];

  /** Empty, or with what a crash left. */
  constructor(initial: CrashDisk = new CrashDisk()) {
    this.#initial = copyOf(initial);
    this.#disk = copyOf(initial);
  }

  /** What changed the disk so far, or made a change durable; the crash points lie between them. */
  get operations(): readonly string[] {
    return this.#operations.map(({ name }) => name);
  }

  /** How the disk can come back when the power is cut after the first `count` operations: different ones only. */
  statesAfterCrash(count: number): CrashState[] {
    const disk = copyOf(this.#initial);
    for (const operation of this.#operations.slice(0, count)) operation.apply(disk);
    const states = new Map<string, CrashState>();
    for (const loss of lossesOf(disk)) {
      const root = surviving(disk, loss);
      const digest = digestOf(root);
      if (!states.has(digest)) states.set(digest, { name: loss.name, mount: () => new CrashFs(new CrashDisk(root)) });
    }
    return [...states.values()];
  }

  /** The same disk with all of it durable and no operation done yet, as after a clean shutdown. */
  restart(): CrashFs {
    return new CrashFs(this.#disk);
  }

  /** Every point after at least `from` operations, to after the last, in every state. */
  *everyCrash(from = 0): Generator<Crash, void> {
    for (let point = from; point <= this.#operations.length; point += 1) {
      const after = this.#operations[point - 1]?.name ?? "nothing";
      for (const state of this.statesAfterCrash(point)) {
        yield { point, name: `after ${after}: ${state.name}`, mount: state.mount };
      }
    }
  }

  async createFile(path: string): Promise<FsWriter> {
    const at = new Date();
    const id = this.#do(`create ${path}`, (disk) => disk.create(path, at));
    return {
      write: async (chunks) => {
        const kept = Buffer.concat(chunks);
        const now = new Date();
        this.#do(`write ${path}`, (disk) => disk.write(id, kept, now));
      },
      sync: async () => this.#do(`sync ${path}`, (disk) => disk.sync(id)),
      close: async () => undefined,
    };
  }

  async openFile(path: string): Promise<FsReader> {
    const node = this.#disk.find(path);
    return {
      stat: async () => statOf(node),
      read: async (into, position) => (node.kind === "file" ? contentOf(node).copy(into, 0, position) : 0),
      close: async () => undefined,
    };
  }

  async link(existing: string, path: string): Promise<void> {
    this.#do(`link ${existing} ${path}`, (disk) => disk.link(existing, path));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#do(`rename ${from} ${to}`, (disk) => disk.rename(from, to));
  }

  async unlink(path: string): Promise<void> {
    this.#do(`unlink ${path}`, (disk) => disk.unlink(path));
  }

  async makeDirectory(path: string): Promise<void> {
    const at = new Date();
    this.#do(`mkdir ${path}`, (disk) => disk.makeDirectory(path, at));
  }

  async removeDirectory(path: string): Promise<void> {
    this.#do(`rmdir ${path}`, (disk) => disk.removeDirectory(path));
  }

  async syncDirectory(path: string): Promise<void> {
    this.#do(`sync directory ${path}`, (disk) => disk.syncDirectory(path));
  }

  async list(path: string): Promise<{ name: string; kind: CrashNode["kind"] }[]> {
    return [...this.#disk.directory(path).live].map(([name, { kind }]) => ({ name, kind }));
  }

  async lstat(path: string): Promise<FsStat> {
    return statOf(this.#disk.find(path));
  }

  async freeBytes(): Promise<number> {
    return 2 ** 40;
  }

  /** An operation that fails changes nothing and is no crash point. */
  #do<T>(name: string, apply: (disk: CrashDisk) => T): T {
    const result = apply(this.#disk);
    this.#operations.push({ name, apply });
    return result;
  }
}

/** With everything durable, as after a clean shutdown; an initial disk has nothing unsynced. */
function copyOf(disk: CrashDisk): CrashDisk {
  return new CrashDisk(surviving(disk, nothingLost));
}

function statOf(node: CrashNode): FsStat {
  const sizeBytes = node.kind === "file" ? contentOf(node).byteLength : 0;
  return { kind: node.kind, sizeBytes, modifiedAt: node.modifiedAt };
}
