import { openWritable } from "../connect.ts";
import { unframe } from "../sql/frames.ts";
import { JobError } from "../worker/job-error.ts";
import type { JobPort, Jobs } from "../worker/protocol.ts";

/** Runs the SQL text it receives on an empty file, without any protection against a crash: a file that failed is thrown away. */
export async function loadSql(input: Jobs["loadSql"]["input"], port: JobPort): Promise<undefined> {
  const db = openWritable(input);
  try {
    db.unsafeMode(true);
    db.pragma("journal_mode = off");
    db.pragma("synchronous = off");
    for await (const statement of unframe(port.receive())) db.exec(statement);
    if (db.inTransaction) throw new JobError("SOURCE_INVALID", "sqlite: not a whole SQL backup: it does not commit");
  } finally {
    db.close();
  }
}
