import { dirname } from "node:path";
import { type FsPort, systemCode } from "@dbsave/core";

/** Of the file system that holds `path`, or would hold it once it is made. */
export async function freeBytes(fs: FsPort, path: string): Promise<number> {
  try {
    return await fs.freeBytes(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return await freeBytes(fs, dirname(path));
  }
}
