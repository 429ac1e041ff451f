import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@dbsave/core";
import type { Spool } from "./spool.ts";

/** Nobody waits for an answer or copies a file for so long. */
const olderThanMs = 600_000;

/** Removes what shims that were killed left behind. */
export async function sweepSpool({ answers, copies }: Spool): Promise<void> {
  const oldest = Date.now() - olderThanMs;
  for (const directory of [answers, copies]) {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if ((await changedAt(path)) < oldest) await rm(path, { force: true, recursive: true });
    }
  }
}

async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return Number.POSITIVE_INFINITY;
    throw error;
  }
}
