import { openWritable } from "../connect.ts";
import type { Jobs } from "../worker/protocol.ts";

/** SQLite's answer: frames in the WAL and how many of them are in the database now; -1 when it is not in WAL mode. */
export interface CheckpointResult {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

export function checkpoint(input: Jobs["checkpoint"]["input"]): CheckpointResult {
  const db = openWritable(input);
  try {
    const [result] = db.pragma(`wal_checkpoint(${input.mode})`) as CheckpointResult[];
    return result ?? { busy: 0, log: -1, checkpointed: -1 };
  } finally {
    db.close();
  }
}
