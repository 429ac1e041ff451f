import { stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, temporaryDirectory } from "./support/harness.ts";

/** An application that has the database open, with commits in the WAL. */
async function application(journalMode = "wal"): Promise<{ readonly path: string; readonly db: Database.Database }> {
  const path = join(await temporaryDirectory(), "app.db");
  const db = new Database(path);
  db.pragma(`journal_mode = ${journalMode}`);
  db.pragma("wal_autocheckpoint = 0");
  db.exec("CREATE TABLE t(v); INSERT INTO t VALUES (1)");
  return { path, db };
}

describe("save", () => {
  it("does nothing unless a checkpoint was asked for, and says why that is enough", async () => {
    const { path, db } = await application();
    const { size } = await stat(`${path}-wal`);
    const { proof } = await sqlite({ path }).save((await bench()).ctx);
    expect(proof).toMatch(/not needed.*-wal/);
    expect((await stat(`${path}-wal`)).size).toBe(size);
    db.close();
  });

  it("proves a checkpoint by SQLite's own counts, and a truncating one by an empty WAL", async () => {
    const { path, db } = await application();
    const { ctx } = await bench();
    const passive = await sqlite({ path, checkpoint: "passive" }).save(ctx);
    expect(passive.details).toMatchObject({ busy: 0, log: 3, checkpointed: 3 });
    const truncate = await sqlite({ path, checkpoint: "truncate" }).save(ctx);
    expect(truncate.details).toMatchObject({ busy: 0, log: 0, checkpointed: 0, walBytes: 0 });
    db.close();
  });

  it("reports the size of the WAL of a database behind a link", async () => {
    const { path, db } = await application();
    const link = join(await temporaryDirectory(), "link.db");
    await symlink(path, link);
    const { details } = await sqlite({ path: link, checkpoint: "passive" }).save((await bench()).ctx);
    expect(details["walBytes"]).toBe((await stat(`${path}-wal`)).size);
    db.close();
  });

  it("fails with SAVE_FAILED when a reader holds a checkpoint up", async () => {
    const { path, db } = await application();
    const reader = new Database(path);
    reader.exec("BEGIN");
    reader.prepare("SELECT * FROM t").all();
    db.exec("INSERT INTO t VALUES (2)");
    const { ctx } = await bench();
    for (const checkpoint of ["truncate", "restart"] as const) {
      const saving = sqlite({ path, checkpoint, busyTimeoutMs: 50 }).save(ctx);
      await expect(saving).rejects.toMatchObject({ code: "SAVE_FAILED" });
    }
    const { proof } = await sqlite({ path, checkpoint: "passive", busyTimeoutMs: 50 }).save(ctx);
    expect(proof).toMatch(/3 of 4/);
    reader.close();
    db.close();
  });

  it("has nothing to do outside WAL mode", async () => {
    const { path, db } = await application("delete");
    const { proof } = await sqlite({ path, checkpoint: "full" }).save((await bench()).ctx);
    expect(proof).toMatch(/not in WAL mode/);
    db.close();
  });

  it("refuses an unknown kind of checkpoint", () => {
    // @ts-expect-error -- a JavaScript caller has no types
    expect(() => sqlite({ path: "a.db", checkpoint: "all" })).toThrow(
      expect.objectContaining({ code: "OPTIONS_INVALID" }),
    );
  });
});
