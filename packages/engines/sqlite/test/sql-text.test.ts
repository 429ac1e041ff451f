import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, memorySink, take, temporaryDirectory } from "./support/harness.ts";

async function databaseOf(sql: string, edit = ""): Promise<string> {
  const path = join(await temporaryDirectory(), "app.db");
  const db = new Database(path);
  db.exec(sql);
  db.unsafeMode();
  db.pragma("writable_schema = on");
  db.exec(edit);
  db.close();
  return path;
}

describe("counters of AUTOINCREMENT, as SQL text,", () => {
  const counted =
    "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO counted(v) VALUES (1), (2);";
  const cases: Record<string, string> = {
    "that were set back to nothing while rows are left": `${counted} DELETE FROM sqlite_sequence`,
    "that were raised": `${counted} UPDATE sqlite_sequence SET seq = 100`,
    "of tables without rows": `${counted} DELETE FROM counted`,
    "that are all gone with their tables": `${counted} DROP TABLE counted`,
    "that outlived their tables": `${counted} INSERT INTO sqlite_sequence VALUES ('gone', 5); DROP TABLE counted`,
  };
  for (const [which, sql] of Object.entries(cases)) {
    it(`${which} come back`, async () => {
      const path = await databaseOf(sql);
      const work = await bench();
      const taken = await take(sqlite({ path }), work, "sql");
      const copy = sqlite({ path: join(await temporaryDirectory(), "copy.db") });
      await copy.restore({ force: false }, taken.source, work.ctx);
      expect(await copy.fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
    });
  }
});

describe("a backup as SQL text that could not be run again", () => {
  const strings = `UPDATE sqlite_schema SET sql = 'CREATE TABLE t(v CHECK (v <> "x"))' WHERE name = 't'`;
  const collation = "UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(v COLLATE german)' WHERE name = 'i'";
  const cases: Record<string, readonly [sql: string, edit: string]> = {
    "its schema has strings in double quotes": ["CREATE TABLE t(v)", strings],
    "an index needs a collation that is not there": ["CREATE TABLE t(v); CREATE INDEX i ON t(v)", collation],
  };
  for (const [why, [sql, edit]] of Object.entries(cases)) {
    it(`is refused as UNSUPPORTED, because ${why}`, async () => {
      const path = await databaseOf(sql, edit);
      const sink = memorySink();
      const failing = take(sqlite({ path }), await bench(), "sql", sink);
      await expect(failing).rejects.toMatchObject({ code: "UNSUPPORTED", hint: expect.stringContaining("online") });
      expect([...sink.artifacts]).toEqual([]);
    });
  }
});
