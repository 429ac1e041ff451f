import { existsSync, statSync } from "node:fs";
import { openWritable } from "../connect.ts";
import type { Jobs } from "../worker/protocol.ts";

/**
 * Removes the empty `-wal` and the `-shm` that readers left beside a database in WAL mode, the way SQLite does it: by opening
 * it for writing, and closing it as the last one. Where an application has it open, closing does nothing. Never touches
 * a `-wal` with contents, which closing would checkpoint, nor a `-journal`, which opening could roll back.
 */
export function tidy({ path, busyTimeoutMs }: Jobs["tidy"]["input"]): undefined {
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (wal?.size !== 0 || existsSync(`${path}-journal`)) return;
  openWritable({ path, busyTimeoutMs }).close();
}
