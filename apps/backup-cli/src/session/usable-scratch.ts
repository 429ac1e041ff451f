import { access, constants, stat } from "node:fs/promises";
import { DbsaveError, systemCode } from "@dbsave/core";

/** `path`, when private directories can be made in it. OPTIONS_INVALID, with the name of the setting that `says` so. */
export async function usableScratch(path: string, says: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) throw unusable(says, "not a directory", path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const why = reasons.get(systemCode(error) ?? "");
    throw why === undefined ? error : unusable(says, why, path);
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such directory"],
  ["ENOTDIR", "no such directory"],
  ["EACCES", "cannot be written in"],
  ["EROFS", "cannot be written in"],
]);

function unusable(says: string, why: string, path: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `${says}: ${why}: ${path}`, {
    hint: "Name a directory that is there, that you may write in, and that has room for the largest database.",
  });
}
