import { type Database, jobError, openWritable } from "../connect.ts";
import { fileHasMagic } from "../file/magic.ts";
import type { Jobs } from "../worker/protocol.ts";

/**
 * Locks a database exclusively for a moment, which fails with SOURCE_BUSY while anybody is in it (in WAL mode: has it
 * open), and closes it as its last user, which puts what is in its `-wal` into it. False when it cannot be opened as a
 * database: then nobody can be using it as one.
 */
export function claim(input: Jobs["claim"]["input"]): boolean {
  let db: Database | undefined;
  try {
    if (!fileHasMagic(input.path)) return false; // SQLite would take it for empty and delete what lies beside it
    db = openWritable(input);
    db.pragma("locking_mode = exclusive");
    db.exec("BEGIN EXCLUSIVE; COMMIT");
    return true;
  } catch (error) {
    const failure = jobError(error, `sqlite: cannot lock: ${input.path}`);
    if (failure.code === "SOURCE_INVALID") return false;
    throw failure;
  } finally {
    db?.close();
  }
}
