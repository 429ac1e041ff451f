import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemCode } from "@dbsave/core";
import { type EngineSubject, engineConformance } from "@dbsave/testkit";
import Database from "better-sqlite3";
import { sqlite } from "../src/index.ts";
import { makeZoo } from "./support/zoo.ts";

for (const journalMode of ["wal", "delete"] as const) {
  engineConformance({ name: `sqlite in ${journalMode} mode`, create: () => subject(journalMode) });
}

async function subject(journalMode: "wal" | "delete"): Promise<EngineSubject> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-sqlite-"));
  const source = join(directory, "source.db");
  makeZoo(source, { journalMode });
  let changes = 0;
  const change = async (sql: string): Promise<void> => {
    changes += 1;
    const db = new Database(source, { timeout: 0 });
    try {
      for (;;) {
        try {
          db.exec(`BEGIN IMMEDIATE; ${sql.replaceAll("?", String(changes))}; COMMIT`);
          return;
        } catch (error) {
          if (!(error instanceof Database.SqliteError) || error.code !== "SQLITE_BUSY") throw error;
          if (db.inTransaction) db.exec("ROLLBACK");
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    } finally {
      db.close();
    }
  };
  const open = (path: string) => sqlite({ path });
  return {
    engine: open(source),
    source,
    into: join(directory, "into.db"),
    open,
    mutate: () => change("INSERT INTO users(name) VALUES ('user ?'); INSERT INTO keyless VALUES (?, ?)"),
    edit: () => change("UPDATE users SET name = 'edited ?' WHERE id = 1"),
    reorder: () =>
      change(
        "CREATE TEMP TABLE t AS SELECT * FROM keyless; DELETE FROM keyless; INSERT INTO keyless SELECT * FROM t ORDER BY a DESC, b",
      ),
    grow: () =>
      change(
        "INSERT INTO keyless SELECT value, randomblob(10000) FROM generate_series(1, 3500)".replace(
          "generate_series(1, 3500)",
          "(WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < 3500) SELECT value FROM s)",
        ),
      ),
    snapshot: async (place) => {
      const [db, wal] = [await read(place), await read(`${place}-wal`)];
      return db === undefined
        ? ""
        : createHash("sha256")
            .update(db)
            .update(wal ?? "")
            .digest("hex");
    },
    places: async () => (await readdir(directory)).filter((name) => !/-(wal|shm)$/.test(name)),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
