import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DbsaveError, systemCode, toDbsaveError } from "@dbsave/core";

/** A directory that only this user can enter; disposing removes it with everything in it. */
export interface PrivateDirectory extends AsyncDisposable {
  readonly path: string;
  /** Takes all names away; who has a file open can read on, and the disk forgets it when they close it. */
  remove(): Promise<void>;
}

/** OPTIONS_INVALID without a scratch directory, PERMISSION_DENIED, NO_SPACE. */
export async function privateDirectory(scratchDir: string): Promise<PrivateDirectory> {
  try {
    const path = await mkdtemp(join(scratchDir, "sqlite-"));
    const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
    return { path, remove, [Symbol.asyncDispose]: remove };
  } catch (error) {
    if (systemCode(error) === "ENOENT")
      throw new DbsaveError("OPTIONS_INVALID", `sqlite: no scratch directory: ${scratchDir}`, { cause: error });
    throw toDbsaveError(error, "BACKUP_FAILED", `sqlite: cannot write into the scratch directory: ${scratchDir}`);
  }
}
