import { constants, type Dirent, type Stats } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rmdir, statfs, unlink } from "node:fs/promises";
import { EarlySync } from "./early-sync.ts";
import { type FsKind, type FsPort, type FsReader, type FsStat, type FsWriter, systemCode } from "./fs-port.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The real file system, for Linux and macOS. */
export const nodeFs: FsPort = {
  async createFile(path, mode) {
    return writer(await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  },
  async openFile(path) {
    return reader(await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  },
  link,
  rename,
  unlink,
  async makeDirectory(path) {
    await mkdir(path, { mode: 0o700 });
  },
  removeDirectory: (path) => rmdir(path),
  async syncDirectory(path) {
    await using directory = await open(path, O_RDONLY | O_DIRECTORY);
    await directory.sync().catch(ignoreUnsupportedSync);
  },
  async list(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  },
  async lstat(path) {
    return toFsStat(await lstat(path));
  },
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

function writer(handle: FileHandle): FsWriter {
  const early = new EarlySync(handle);
  return {
    async write(chunks) {
      for (let left = chunks; left.length > 0; ) {
        const { bytesWritten } = await handle.writev(left);
        left = withoutFirst(left, bytesWritten);
        early.wrote(bytesWritten);
      }
    },
    sync: () => early.sync(),
    close: () => handle.close(),
  };
}

/** A full disk can take a part of a write, and says so at the next one. */
function withoutFirst(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  const left: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (skip < chunk.byteLength) left.push(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.byteLength);
  }
  return left;
}

function reader(handle: FileHandle): FsReader {
  return {
    stat: async () => toFsStat(await handle.stat()),
    read: async (into, position) => (await handle.read(into, 0, into.byteLength, position)).bytesRead,
    close: () => handle.close(),
  };
}

/** Some network and user-space file systems order names by themselves and cannot sync a directory; the disk's errors stay errors. */
function ignoreUnsupportedSync(error: unknown): void {
  const code = systemCode(error);
  if (code !== "EINVAL" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw error;
}

function toFsStat(stats: Stats): FsStat {
  return { kind: kindOf(stats), sizeBytes: stats.size, modifiedAt: stats.mtime };
}

function kindOf(entry: Pick<Stats | Dirent, "isFile" | "isDirectory" | "isSymbolicLink">): FsKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}
