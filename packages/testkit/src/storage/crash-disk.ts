import { basename, dirname } from "node:path/posix";

/** Bytes: `durable` ones on the platter, and the writes since the last sync in their order. */
export interface CrashFile {
  readonly kind: "file";
  durable: Buffer;
  pending: Buffer[];
  modifiedAt: Date;
}

/** Names: `live` ones as a running system sees them, and the `durable` ones on the platter. */
export interface CrashDirectory {
  readonly kind: "directory";
  readonly live: Map<string, CrashNode>;
  readonly durable: Map<string, CrashNode>;
  readonly modifiedAt: Date;
}

export type CrashNode = CrashFile | CrashDirectory;

/** A name that came, changed or, without `node`, went. */
export interface NameChange {
  readonly directory: CrashDirectory;
  readonly name: string;
  readonly node: CrashNode | undefined;
}

/** Changes that happen together or not at all: a rename is two. */
type Step = readonly NameChange[];

/**
 * A file system's memory of what is on the platter and what is only in the cache. Every operation is deterministic, so
 * that doing the same ones again on a copy gives the same disk.
 */
export class CrashDisk {
  readonly root: CrashDirectory;
  /** Steps whose directories were not synced since, in their order. */
  unsynced: Step[] = [];
  /** The file that was written last, if it was not synced since. */
  lastWritten: CrashFile | undefined;
  /** In the order of their creation, which is how writers name their file. */
  readonly #created: CrashFile[] = [];

  constructor(root: CrashDirectory = newDirectory(new Date(0))) {
    this.root = root;
  }

  create(path: string, at: Date): number {
    const file: CrashFile = { kind: "file", durable: Buffer.alloc(0), pending: [], modifiedAt: at };
    this.#step([{ ...this.#freePlace(path), node: file }]);
    return this.#created.push(file) - 1;
  }

  write(id: number, bytes: Buffer, at: Date): void {
    const file = this.#writer(id);
    file.pending.push(bytes);
    file.modifiedAt = at;
    this.lastWritten = file;
  }

  sync(id: number): void {
    const file = this.#writer(id);
    file.durable = contentOf(file);
    file.pending = [];
    if (this.lastWritten === file) this.lastWritten = undefined;
  }

  link(existing: string, path: string): void {
    const node = this.find(existing);
    const place = this.#freePlace(path);
    if (node.kind === "directory") throw systemError("EPERM", `link ${existing}`);
    this.#step([{ ...place, node }]);
  }

  rename(from: string, to: string): void {
    const source = this.#place(from);
    const target = this.#place(to);
    const node = this.find(from);
    const replaced = target.directory.live.get(target.name);
    if (replaced === node) return;
    if (`${to}/`.startsWith(`${from}/`)) throw systemError("EINVAL", `rename ${to}`);
    if (from.startsWith(`${to}/`)) throw systemError("ENOTEMPTY", `rename ${to}`);
    if (replaced !== undefined) refuseReplacing(node, replaced, `rename ${to}`);
    this.#step([
      { ...target, node },
      { ...source, node: undefined },
    ]);
  }

  unlink(path: string): void {
    if (this.find(path).kind === "directory") throw systemError("EISDIR", `unlink ${path}`);
    this.#step([{ ...this.#place(path), node: undefined }]);
  }

  makeDirectory(path: string, at: Date): void {
    this.#step([{ ...this.#freePlace(path), node: newDirectory(at) }]);
  }

  removeDirectory(path: string): void {
    if (this.directory(path).live.size > 0) throw systemError("ENOTEMPTY", `rmdir ${path}`);
    this.#step([{ ...this.#place(path), node: undefined }]);
  }

  /** Steps that touch the directory become durable, and with them older ones on the same names. */
  syncDirectory(path: string): void {
    const directory = this.directory(path);
    const synced: Step[] = [];
    for (const step of this.unsynced.toReversed()) {
      const touches = step.some((change) => change.directory === directory);
      if (touches || synced.some((later) => shareName(step, later))) synced.unshift(step);
    }
    for (const change of synced.flat()) apply(change, change.directory.durable);
    this.unsynced = this.unsynced.filter((step) => !synced.includes(step));
  }

  directory(path: string): CrashDirectory {
    const node = this.find(path);
    if (node.kind !== "directory") throw systemError("ENOTDIR", path);
    return node;
  }

  find(path: string): CrashNode {
    let node: CrashNode | undefined = this.root;
    for (const name of path.split("/").filter((segment) => segment !== "")) {
      if (node.kind !== "directory") throw systemError("ENOTDIR", path);
      node = node.live.get(name);
      if (node === undefined) throw systemError("ENOENT", path);
    }
    return node;
  }

  #place(path: string): Pick<NameChange, "directory" | "name"> {
    return { directory: this.directory(dirname(path)), name: basename(path) };
  }

  #freePlace(path: string): Pick<NameChange, "directory" | "name"> {
    const place = this.#place(path);
    if (place.name === "" || place.directory.live.has(place.name)) throw systemError("EEXIST", path);
    return place;
  }

  #step(step: Step): void {
    for (const change of step) apply(change, change.directory.live);
    this.unsynced.push(step);
  }

  #writer(id: number): CrashFile {
    const file = this.#created[id];
    if (file === undefined) throw systemError("EBADF", `file ${id}`);
    return file;
  }
}

/** What a running system reads: the cache over the platter. */
export function contentOf(file: CrashFile): Buffer {
  return file.pending.length === 0 ? file.durable : Buffer.concat([file.durable, ...file.pending]);
}

export function newDirectory(modifiedAt: Date, entries: Iterable<readonly [string, CrashNode]> = []): CrashDirectory {
  const live = new Map(entries);
  return { kind: "directory", live, durable: new Map(live), modifiedAt };
}

export function apply({ name, node }: NameChange, names: Map<string, CrashNode>): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

export function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

function refuseReplacing(node: CrashNode, replaced: CrashNode, what: string): void {
  if (replaced.kind === "file" && node.kind === "directory") throw systemError("ENOTDIR", what);
  if (replaced.kind === "directory" && node.kind === "file") throw systemError("EISDIR", what);
  if (replaced.kind === "directory" && replaced.live.size > 0) throw systemError("ENOTEMPTY", what);
}

function shareName(a: Step, b: Step): boolean {
  return a.some((x) => b.some((y) => x.directory === y.directory && x.name === y.name));
}
