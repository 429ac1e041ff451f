import { openWritable } from "../connect.ts";
import type { Jobs } from "../worker/protocol.ts";
import type { CheckpointResult } from "../worker/results.ts";

export function checkpoint(input: Jobs["checkpoint"]["input"]): CheckpointResult {
  const db = openWritable(input);
  try {
    const [result] = db.pragma(`wal_checkpoint(${input.mode})`) as CheckpointResult[];
    return result ?? { busy: 0, log: -1, checkpointed: -1 };
  } finally {
    db.close();
  }
}
