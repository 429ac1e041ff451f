import { statSync } from "node:fs";
import { type Database, openReadOnly, pragmaNumber, pragmaText } from "../connect.ts";
import { JobError } from "../worker/job-error.ts";
import type { JobPort, Jobs } from "../worker/protocol.ts";
import type { Copied, CopyFacts } from "../worker/results.ts";
import { pinAsHost } from "./meeting.ts";

const stepBytes = 16 * 1024 * 1024;

/**
 * Copies all pages of one moment into the existing empty file `into`. The library restarts a copy when another process
 * commits, unless the connection is inside a read transaction; so it is. In WAL mode nobody waits for that; in
 * rollback-journal mode others can begin to write but not commit until the copy is done.
 */
export async function copyOnline(input: Jobs["copyOnline"]["input"], port: JobPort): Promise<Copied> {
  const db = openReadOnly(input);
  try {
    const met = pinAsHost(db, input.meeting);
    const facts = copyFacts(db);
    if (facts.pageCount > 0) {
      const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }): number => {
        port.progress((totalPages - remainingPages) * facts.pageSize, totalPages * facts.pageSize);
        return Math.ceil(stepBytes / facts.pageSize);
      };
      await db.backup(input.into, { progress });
    }
    checkCopy(input.into, facts);
    return { ...facts, met };
  } finally {
    db.close();
  }
}

/** Of the moment that `db` sees. */
export function copyFacts(db: Database): CopyFacts {
  return {
    pageSize: pragmaNumber(db, "page_size"),
    pageCount: pragmaNumber(db, "page_count"),
    journalMode: pragmaText(db, "journal_mode"),
  };
}

/** The library's `backup()` can resolve without having written a file, so the file itself is asked. */
export function checkCopy(path: string, { pageSize, pageCount }: CopyFacts): void {
  const { size } = statSync(path);
  if (size === pageSize * pageCount) return;
  const message = `sqlite: the private copy has ${size} bytes instead of ${pageCount} pages of ${pageSize}: ${path}`;
  throw new JobError("BACKUP_FAILED", message);
}
