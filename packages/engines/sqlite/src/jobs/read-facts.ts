import { openReadOnly, pragmaNumber, pragmaText } from "../connect.ts";
import { readable } from "../rows/readable.ts";
import { contentTables } from "../rows/tables.ts";
import type { Jobs } from "../worker/protocol.ts";
import type { DatabaseFacts } from "../worker/results.ts";

export function readFacts(input: Jobs["readFacts"]["input"]): DatabaseFacts {
  const db = openReadOnly(input);
  try {
    const count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    return {
      sqliteVersion: db.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "",
      journalMode: pragmaText(db, "journal_mode"),
      pageSize: pragmaNumber(db, "page_size"),
      pageCount: pragmaNumber(db, "page_count"),
      encoding: pragmaText(db, "encoding"),
      tables: db.prepare<[], number>(count).pluck().get() ?? 0,
      userVersion: pragmaNumber(db, "user_version"),
      applicationId: pragmaNumber(db, "application_id"),
      unreadable: contentTables(db)
        .filter((table) => readable(db, table) === undefined)
        .map(({ name }) => name),
    };
  } finally {
    db.close();
  }
}
