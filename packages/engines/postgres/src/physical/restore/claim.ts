import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DbsaveError, systemCode } from "@dbsave/core";

const mark = "dbsave-restoring";

/** Takes an empty directory for one restore: another one that saw it empty as well would remove the files of both when it fails. TARGET_BUSY. */
export async function claim(directory: string): Promise<void> {
  await alone(directory, writeFile(join(directory, mark), "", { mode: 0o600, flag: "wx" }));
}

/** Makes a directory that was not there. TARGET_BUSY when somebody made it meanwhile. */
export async function makeDirectory(directory: string): Promise<void> {
  await alone(directory, mkdir(directory, { mode: 0o700 }));
}

/** When it is filled. */
export async function unclaim(directory: string): Promise<void> {
  await rm(join(directory, mark), { force: true });
}

async function alone(directory: string, making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw cause;
    throw new DbsaveError("TARGET_BUSY", `postgres: another restore fills ${directory}`, { cause });
  }
}
