import { resolve } from "node:path";
import { DbsaveError, type FsPort, nodeFs } from "@dbsave/core";

export interface FsStorageOptions {
  /** Directory of the repository. Made, for its owner alone, by the first `put`; a relative path is taken from the working directory now. */
  readonly path: string;
  /** @default the real file system */
  readonly fs?: FsPort;
}

export interface FsPlace {
  readonly root: string;
  readonly fs: FsPort;
}

/** OPTIONS_INVALID for a path that is none. */
export function parseOptions({ path, fs = nodeFs }: FsStorageOptions): FsPlace {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new DbsaveError(
      "OPTIONS_INVALID",
      `storage-fs: path must be the path of a directory: ${JSON.stringify(path)}`,
    );
  }
  return { root: resolve(path), fs };
}
