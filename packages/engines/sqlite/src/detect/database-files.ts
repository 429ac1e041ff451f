import { glob, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, toDbsaveError } from "@dbsave/core";
import { fileHasMagic } from "../file/magic.ts";

const patterns = ["{,data/,db/,database/,instance/,prisma/,storage/,var/}*.{db,sqlite,sqlite3,db3}"];

/** Database files in `directory` and in the places that frameworks use, by name. Empty files do not count here. */
export async function databasesIn(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const name of glob(patterns, { cwd: directory })) {
    const path = join(directory, name);
    if ((await stat(path)).isFile() && fileHasMagic(path)) found.push(path);
  }
  return found.toSorted();
}

/** Whether there is a file that begins like a database, or an empty one, which is an empty database. */
export async function isDatabase(path: string): Promise<boolean> {
  try {
    const stats = await stat(path);
    return stats.isFile() && (stats.size === 0 || fileHasMagic(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return false;
    throw toDbsaveError(error, "SOURCE_INVALID", `sqlite: cannot look at: ${path}`);
  }
}
