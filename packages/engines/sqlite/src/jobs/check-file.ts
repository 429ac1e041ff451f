import { type Database, lackOf, openReadOnly } from "../connect.ts";
import { quoteName } from "../rows/tables.ts";
import type { Jobs } from "../worker/protocol.ts";
import type { FileCheck } from "../worker/results.ts";

const mostLines = 100_000;
const mostLinesOfTable = 100;
const mostShown = 20;

/**
 * Lines about values that their column would not take now: the file is whole, and the source may hold them too. CHECK is not
 * among them, since SQLite does not look at it on a connection that only reads.
 */
const breach = /^(NULL|NUMERIC|TEXT|non-\w+) value in /;

/** `integrity_check` with all indexes, and `foreign_key_check`; both read the whole file. */
export function checkFile(input: Jobs["checkFile"]["input"]): FileCheck {
  const db = openReadOnly(input);
  try {
    const orphans = db
      .prepare<[], { table: string; rows: number }>(
        `SELECT "table", count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1`,
      )
      .all();
    return { ...checkIntegrity(db), orphans };
  } finally {
    db.close();
  }
}

/** SQLite checks nothing at all where it lacks a collation or function for one table; then the others are checked one by one. */
function checkIntegrity(db: Database): Omit<FileCheck, "orphans"> {
  const whole = `PRAGMA integrity_check(${mostLines})`;
  if (lackOf(db, whole) === null) return { ...readCheck(db, [whole], mostLines), unchecked: [] };
  const names =
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name";
  const tables = db
    .prepare<[], string>(names)
    .pluck()
    .all()
    .map((table) => {
      const check = `PRAGMA integrity_check(${quoteName(table)})`;
      return { table, check, lack: lackOf(db, check) };
    });
  const checks = tables.flatMap(({ check, lack }) => (lack === null ? [check] : []));
  return {
    ...readCheck(db, checks, mostLinesOfTable),
    unchecked: tables.flatMap(({ table, lack }) => (lack === null ? [] : [{ table, lack }])),
  };
}

function readCheck(
  db: Database,
  checks: readonly string[],
  limit: number,
): Pick<FileCheck, "problems" | "breaches" | "finished"> {
  const problems: string[] = [];
  const breaches = new Map<string, number>();
  let finished = true;
  for (const check of checks) {
    let lines = 0;
    for (const line of db.prepare<[], string>(check).pluck().iterate()) {
      lines += 1;
      if (breach.test(line)) breaches.set(line, (breaches.get(line) ?? 0) + 1);
      else if (line !== "ok") problems.push(line);
      if (problems.length === mostShown) break;
    }
    finished &&= lines < limit;
  }
  return { problems, breaches: Array.from(breaches, ([line, count]) => ({ line, count })), finished };
}
