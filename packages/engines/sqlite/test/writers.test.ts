import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, memorySink, take, temporaryDirectory } from "./support/harness.ts";
import { startWriter, type Writer } from "./support/writer.ts";

const methods = ["online", "vacuum", "sql"] as const;

async function seeded(journalMode: "wal" | "delete"): Promise<string> {
  const path = join(await temporaryDirectory(), "app.db");
  const db = new Database(path);
  db.pragma(`journal_mode = ${journalMode}`);
  db.exec("CREATE TABLE old(id INTEGER PRIMARY KEY, v TEXT)");
  const insert = db.prepare("INSERT INTO old(v) VALUES (?)");
  db.transaction(() => {
    for (let row = 0; row < 20_000; row++) insert.run(`old row ${row} ${"y".repeat(100)}`);
  })();
  db.close();
  return path;
}

describe("while another process writes all the time", () => {
  for (const journalMode of ["wal", "delete"] as const) {
    for (const method of methods) {
      it(`a backup by ${method} in journal mode ${journalMode} is one moment, and restores to its fingerprint`, async () => {
        const path = await seeded(journalMode);
        const writer = await startWriter(path);
        const work = await bench();
        await using engine = sqlite({ path, busyTimeoutMs: 20_000 });
        const taken = await take(engine, work, method);
        const copy = join(await temporaryDirectory(), "copy.db");
        await using restored = sqlite({ path: copy });
        await restored.restore({ force: false }, taken.source, work.ctx);
        expect(await restored.fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
        expect(await restored.inspect(taken.source, work.ctx)).toEqual([]);
        expect(halves(copy)).toEqual({ different: 0 });
        await writer.stop();
      });
    }
  }

  it("a writer in WAL mode goes on while a backup is streamed", async () => {
    const path = await seeded("wal");
    const writer = await startWriter(path);
    const work = await bench();
    let during = 0;
    const sink = memorySink(async () => {
      during = await commitsFromNow(writer, 50);
    });
    const taken = await take(sqlite({ path }), work, "online", sink);
    expect(during).toBeGreaterThanOrEqual(50);
    expect(taken.facts.fingerprint?.items.length).toBeGreaterThan(0);
    await writer.stop();
  });

  it("a writer in rollback-journal mode goes on while an online backup is streamed", async () => {
    const path = await seeded("delete");
    const writer = await startWriter(path);
    const work = await bench();
    let during = 0;
    const sink = memorySink(async () => {
      during = await commitsFromNow(writer, 10);
    });
    await take(sqlite({ path, busyTimeoutMs: 20_000 }), work, "online", sink);
    expect(during).toBeGreaterThanOrEqual(10);
    await writer.stop();
  });
});

/** Waits until the writer has committed `count` more times. */
async function commitsFromNow(writer: Writer, count: number): Promise<number> {
  const before = await writer.written();
  for (;;) {
    const more = (await writer.written()) - before;
    if (more >= count) return more;
  }
}

/** The writer commits a row in each half or in none. */
function halves(path: string): unknown {
  const db = new Database(path, { readonly: true });
  const tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('left_half', 'right_half')";
  const different =
    db.prepare(tables).pluck().get() === 0
      ? 0
      : db.prepare("SELECT (SELECT count(*) FROM left_half) - (SELECT count(*) FROM right_half)").pluck().get();
  db.close();
  return { different };
}
