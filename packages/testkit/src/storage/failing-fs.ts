import type { FsPort, FsWriter } from "@dbsave/core";
import { systemError } from "./crash-disk.ts";

export interface Failure {
  /** Number of the operation that fails, from 0, in the order of `operations`. */
  readonly at: number;
  /** The system's code: `EIO`, `ENOSPC`, ... */
  readonly code: string;
  /** All later ones fail as well. */
  readonly sticky?: boolean;
}

export interface FailingFs extends FsPort {
  /** What was asked for, including what failed. */
  readonly operations: readonly string[];
}

/** `fs`, with one operation that does nothing but fail. Reading never fails. */
export function failingFs(fs: FsPort, failure: Failure): FailingFs {
  const operations: string[] = [];

  async function attempt<T>(name: string, operation: () => Promise<T>): Promise<T> {
    const number = operations.push(name) - 1;
    if (number === failure.at || (failure.sticky && number > failure.at)) throw systemError(failure.code, name);
    return await operation();
  }

  return {
    operations,
    createFile: (path, mode) =>
      attempt(`create ${path}`, async (): Promise<FsWriter> => {
        const file = await fs.createFile(path, mode);
        return {
          write: (chunks) => attempt(`write ${path}`, () => file.write(chunks)),
          sync: () => attempt(`sync ${path}`, () => file.sync()),
          close: async () => {
            // A close that fails closes all the same.
            await file.close();
            await attempt(`close ${path}`, async () => undefined);
          },
        };
      }),
    openFile: (path) => fs.openFile(path),
    link: (from, to) => attempt(`link ${from} ${to}`, () => fs.link(from, to)),
    rename: (from, to) => attempt(`rename ${from} ${to}`, () => fs.rename(from, to)),
    unlink: (path) => attempt(`unlink ${path}`, () => fs.unlink(path)),
    makeDirectory: (path) => attempt(`mkdir ${path}`, () => fs.makeDirectory(path)),
    removeDirectory: (path) => attempt(`rmdir ${path}`, () => fs.removeDirectory(path)),
    syncDirectory: (path) => attempt(`sync directory ${path}`, () => fs.syncDirectory(path)),
    list: (path) => fs.list(path),
    lstat: (path) => fs.lstat(path),
    freeBytes: (path) => fs.freeBytes(path),
  };
}
