import Database from "better-sqlite3";
import { JobError } from "../worker/job-error.ts";

const hint = "Use method online: it copies the schema as it is.";

/**
 * Makes an empty database of these statements in memory: UNSUPPORTED when that fails, since SQLite reads an old schema with
 * more patience (strings in double quotes, missing collations) than it has for new statements.
 */
export function rehearse(schema: Iterable<string>): void {
  const db = new Database(":memory:");
  try {
    db.unsafeMode();
    for (const statement of schema) db.exec(statement);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JobError("UNSUPPORTED", `sqlite: its schema cannot be made again from SQL text: ${why}`, hint);
  } finally {
    db.close();
  }
}
