import { openWritable } from "../connect.ts";
import { JobError } from "../worker/job-error.ts";
import type { Jobs } from "../worker/protocol.ts";

/** Marks a database that nobody else has open as one in WAL mode, in its header; no `-wal` is left beside it. */
export function useWal(input: Jobs["useWal"]["input"]): undefined {
  const db = openWritable(input);
  try {
    const mode = db.pragma("journal_mode = wal", { simple: true });
    if (mode !== "wal") throw new JobError("RESTORE_FAILED", `sqlite: cannot use WAL mode: ${input.path}`);
  } finally {
    db.close();
  }
}
