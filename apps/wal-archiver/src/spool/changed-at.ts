import { stat } from "node:fs/promises";
import { systemCode } from "@dbsave/core";

/** Null for a file that is not there any more. */
export async function changedAt(path: string): Promise<Date | null> {
  try {
    return (await stat(path)).mtime;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}
