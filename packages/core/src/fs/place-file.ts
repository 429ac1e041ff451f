import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { discardFile } from "./discard-file.ts";
import { type FsPort, systemCode } from "./fs-port.ts";

const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK"]);

/**
 * Gives the synced file `temporary` its final name, durably, on the same file system. `replace` swaps the old file for the
 * new one in one step. `fail` never replaces: OBJECT_EXISTS when the name is taken, also when several writers race.
 */
export async function placeFile(
  fs: FsPort,
  temporary: string,
  path: string,
  ifExists: "fail" | "replace",
): Promise<void> {
  if (ifExists === "replace") {
    await swap(fs, temporary, path);
    return;
  }
  try {
    await fs.link(temporary, path);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (code === "EEXIST") throw taken(path, error);
    if (!noHardLinks.has(code)) throw error;
    await renameUnderClaim(fs, temporary, path);
    return;
  }
  await syncNewName(fs, path);
  await leaveToSweep(fs, temporary);
}

async function swap(fs: FsPort, temporary: string, path: string): Promise<void> {
  try {
    await fs.rename(temporary, path);
  } catch (error) {
    // Only a file can be replaced.
    throw systemCode(error) === "EISDIR" ? taken(path, error) : error;
  }
  await fs.syncDirectory(dirname(path));
}

/**
 * Without hard links no single step refuses to replace. Writers of one name then take turns by a claim file beside the
 * temporary one; who finds it taken has lost the race. A claim that a crash leaves refuses that one name until it is swept.
 */
async function renameUnderClaim(fs: FsPort, temporary: string, path: string): Promise<void> {
  const directory = dirname(temporary);
  const id = createHash("sha256").update(relative(directory, path)).digest("hex").slice(0, 32);
  const claim = join(directory, `${id}.claim`);
  try {
    await (await fs.createFile(claim, 0o600)).close();
  } catch (error) {
    throw systemCode(error) === "EEXIST" ? taken(path, error) : error;
  }
  try {
    if (await isTaken(fs, path)) throw taken(path);
    await fs.rename(temporary, path);
    await syncNewName(fs, path);
  } catch (error) {
    throw await discardFile(fs, claim, error, `file: place ${path}`);
  }
  await leaveToSweep(fs, claim);
}

/** A name that may not survive a crash is taken back, so that a rejected write has changed nothing. */
async function syncNewName(fs: FsPort, path: string): Promise<void> {
  try {
    await fs.syncDirectory(dirname(path));
  } catch (error) {
    throw await discardFile(fs, path, error, `file: place ${path}`);
  }
}

/** The file has its name and is durable: what cannot be removed now does no harm until a sweep takes it away. */
async function leaveToSweep(fs: FsPort, path: string): Promise<void> {
  await fs.unlink(path).catch(() => undefined);
}

async function isTaken(fs: FsPort, path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function taken(path: string, cause?: unknown): DbsaveError {
  return new DbsaveError("OBJECT_EXISTS", `file: exists already: ${path}`, { cause });
}
