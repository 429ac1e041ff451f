import { dirname } from "node:path";
import { type FsPort, systemCode } from "./fs-port.ts";

/** Makes the directory `path` and those missing above it, durably. What is there already may be a link to a directory. */
export async function makeDirectories(fs: FsPort, path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await fs.makeDirectory(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" && parent !== path) {
      await makeDirectories(fs, parent);
      return await makeDirectories(fs, path);
    }
    if (code !== "EEXIST") throw error;
  }
  // Also when it existed: whoever made it may have crashed before this. A parent closed to us is not one we made.
  await fs.syncDirectory(parent).catch((error: unknown) => {
    if (systemCode(error) !== "EACCES") throw error;
  });
}
