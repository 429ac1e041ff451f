import { DbsaveError, toDbsaveError } from "../errors/dbsave-error.ts";
import { type FsPort, systemCode } from "./fs-port.ts";

/** Removes the file that a failed operation was making. Resolves with that operation's error, which names the file if it had to stay. */
export async function discardFile(fs: FsPort, path: string, error: unknown, what: string): Promise<unknown> {
  try {
    await fs.unlink(path);
    return error;
  } catch (leftover) {
    if (systemCode(leftover) === "ENOENT") return error;
    const { code, message, hint } = toDbsaveError(error, "STORAGE_FAILED", what);
    const cause = new AggregateError([error, leftover]);
    return new DbsaveError(code, `${message}; left behind: ${path}`, { cause, hint });
  }
}
