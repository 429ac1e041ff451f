import { realpath } from "node:fs/promises";
import { DbsaveError, type RunContext, type SaveReport } from "@dbsave/core";
import type { ParsedOptions } from "./options.ts";
import { fileBytes } from "./probe.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Commits are durable already, as the application's `synchronous` setting makes them, and a backup sees them all. With the
 * option `checkpoint` it moves the WAL's pages into the database: SAVE_FAILED when another connection prevents a part.
 * `passive` waits for nobody and reports what it could do; the others wait up to the busy timeout, writers wait too.
 */
export async function save(options: ParsedOptions, ctx: RunContext): Promise<SaveReport> {
  if (options.checkpoint === null) {
    const { journalMode } = await runJob("readFacts", options, ctx);
    const proof = `not needed: commits are in the file or its ${journalMode === "wal" ? "-wal" : "journal"}, and a backup reads both`;
    return { proof, details: { journalMode } };
  }
  const input = { ...options, mode: options.checkpoint };
  const { busy, log, checkpointed } = await runJob("checkpoint", input, ctx);
  const counts = `${checkpointed} of ${log} WAL frames are in the database`;
  if (busy !== 0 || (options.checkpoint !== "passive" && log !== checkpointed)) {
    throw new DbsaveError(
      "SAVE_FAILED",
      `sqlite: checkpoint (${options.checkpoint}) was held up: ${counts}: ${options.path}`,
      {
        hint: "Another connection reads or writes for long; wait for it, raise busyTimeoutMs, or use passive.",
      },
    );
  }
  const proof =
    log === -1 ? "not needed: the database is not in WAL mode" : `checkpoint (${options.checkpoint}): ${counts}`;
  const walBytes = await fileBytes(`${await realpath(options.path)}-wal`);
  return { proof, details: { busy, log, checkpointed, walBytes } };
}
