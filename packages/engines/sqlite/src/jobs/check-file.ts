import { openReadOnly } from "../connect.ts";
import type { Jobs } from "../worker/protocol.ts";

const mostProblems = 20;

export interface FileCheck {
  /** Lines of `integrity_check`; empty when it says ok. */
  readonly problems: readonly string[];
  /** Rows that point at nothing, per table. */
  readonly orphans: readonly { readonly table: string; readonly rows: number }[];
}

/** `integrity_check` with all indexes, and `foreign_key_check`; both read the whole file. */
export function checkFile(input: Jobs["checkFile"]["input"]): FileCheck {
  const db = openReadOnly(input);
  try {
    const lines = db.prepare<[], string>(`PRAGMA integrity_check(${mostProblems})`).pluck().all();
    const orphans = db
      .prepare<[], { table: string; rows: number }>(
        `SELECT "table", count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1`,
      )
      .all();
    return { problems: lines.filter((line) => line !== "ok"), orphans };
  } finally {
    db.close();
  }
}
