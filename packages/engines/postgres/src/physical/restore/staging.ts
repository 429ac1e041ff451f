import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Finding } from "@dbsave/core";

const mark = ".dbsave-";

/** Where a data directory is made that takes the place of another one. */
export function stagingBeside(directory: string): string {
  return `${directory}${mark}${randomBytes(4).toString("hex")}`;
}

/** What a killed restore has left beside a directory, as large as a server: a warning for each. */
export async function findLeftovers(directory: string): Promise<readonly Finding[]> {
  const outer = dirname(directory);
  const names = await readdir(outer).catch((): string[] => []); // what is not there holds nothing
  return names
    .filter((name) => name.startsWith(`${basename(directory)}${mark}`))
    .map((name) => ({
      severity: "warning",
      code: "TARGET_NOT_EMPTY",
      object: join(outer, name),
      message: "a restore was interrupted there, no server can start in it",
      fix: "Remove it, unless that restore still runs.",
    }));
}
