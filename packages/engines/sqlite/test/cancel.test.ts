import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, memorySink, take, temporaryDirectory } from "./support/harness.ts";

/** Big enough for a backup to take a while: about 80 MB. */
async function bigDatabase(): Promise<string> {
  const path = join(await temporaryDirectory(), "big.db");
  const db = new Database(path);
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = off");
  db.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB); CREATE INDEX by_value ON t(v)");
  const insert = db.prepare("INSERT INTO t(v) VALUES (randomblob(1000))");
  db.transaction(() => {
    for (let row = 0; row < 40_000; row++) insert.run();
  })();
  db.close();
  return path;
}

describe("a cancelled backup", () => {
  it("ends within two seconds at any moment, with ABORTED and a clean scratch directory", async () => {
    const path = await bigDatabase();
    for (const method of ["online", "vacuum", "sql"]) {
      for (const afterMs of [1, 50, 150, 400]) {
        const work = await bench();
        const sink = memorySink();
        const outcome = take(sqlite({ path }), work, method, sink).then(
          () => "done before",
          (error: unknown) => error,
        );
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        const start = performance.now();
        work.cancel();
        const result = await outcome;
        expect(performance.now() - start, `${method} after ${afterMs} ms`).toBeLessThan(2_000);
        expect(["done before", expect.objectContaining({ code: "ABORTED" })]).toContainEqual(result);
        expect(await work.left()).toEqual([]);
      }
    }
  });

  it("releases the source: a writer with a rollback journal can commit at once", async () => {
    const path = await bigDatabase();
    const db = new Database(path, { timeout: 0 });
    db.pragma("journal_mode = delete");
    const work = await bench();
    const sink = memorySink(() => work.cancel());
    await expect(take(sqlite({ path }), work, "sql", sink)).rejects.toMatchObject({ code: "ABORTED" });
    await expect.poll(() => tryToCommit(db), { timeout: 5_000 }).toBe(true);
    db.close();
  });
});

function tryToCommit(db: Database.Database): boolean {
  try {
    db.exec("INSERT INTO t(v) VALUES (1)");
    return true;
  } catch {
    return false;
  }
}
