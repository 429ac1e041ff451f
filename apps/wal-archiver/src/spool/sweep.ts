import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { changedAt } from "./changed-at.ts";
import type { Spool } from "./spool.ts";

/** Nobody waits for an answer or copies a file for so long. */
const olderThanMs = 600_000;

/** Removes what shims that were killed left behind. */
export async function sweepSpool({ answers, copies }: Spool): Promise<void> {
  const oldest = Date.now() - olderThanMs;
  for (const directory of [answers, copies]) {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const changed = await changedAt(path);
      if (changed !== null && changed.getTime() < oldest) await rm(path, { force: true, recursive: true });
    }
  }
}
