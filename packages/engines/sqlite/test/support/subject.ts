import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemCode } from "@dbsave/core";
import type { EngineSubject } from "@dbsave/testkit";
import { sqlite } from "../../src/index.ts";
import { makeZoo, type ZooOptions } from "./zoo.ts";

process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "dbsave-compile-cache"); // see harness.ts

/** A database that an application in another process works on. */
export async function sqliteSubject(options: ZooOptions): Promise<EngineSubject> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-sqlite-"));
  const source = join(directory, "source.db");
  makeZoo(source, options);
  const application = fork(fileURLToPath(new URL("./application.mjs", import.meta.url)), [source]);
  const gone = once(application, "exit");
  await once(application, "message");
  let changes = 0;
  const run = async (sql: string): Promise<void> => {
    changes += 1;
    application.send(sql.replaceAll("$n", String(changes)));
    await Promise.race([
      once(application, "message"),
      gone.then(() => Promise.reject(new Error("the application died"))),
    ]);
  };
  const open = (path: string): ReturnType<typeof sqlite> => sqlite({ path, busyTimeoutMs: 30_000 });
  return {
    engine: open(source),
    source,
    into: join(directory, "into.db"),
    open,
    mutate: () =>
      run("BEGIN; INSERT INTO users(name) VALUES ('new $n'); INSERT INTO keyless VALUES ($n, 'new'); COMMIT"),
    edit: () => run("UPDATE users SET name = 'edited $n' WHERE id = 1"),
    reorder: () => run(reordering),
    grow: () => run(growing),
    snapshot: async (place) => `${await digest(place)}${await digest(`${place}-wal`)}`,
    places: async () => (await readdir(directory)).filter((name) => !/-(wal|shm)$/.test(name)),
    async [Symbol.asyncDispose]() {
      application.disconnect();
      await gone;
      await rm(directory, { recursive: true });
    },
  };
}

const reordering = `
  PRAGMA foreign_keys = OFF; BEGIN;
  CREATE TEMP TABLE kept AS SELECT * FROM keyless ORDER BY a DESC, b; DELETE FROM keyless;
  INSERT INTO keyless SELECT * FROM kept; DROP TABLE kept;
  CREATE TEMP TABLE kept AS SELECT * FROM pairs ORDER BY v; DELETE FROM pairs;
  INSERT INTO pairs SELECT * FROM kept; DROP TABLE kept; COMMIT; VACUUM; SELECT $n`;

const growing = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
  INSERT INTO keyless SELECT i, randomblob(4000) FROM n; SELECT $n`;

/** Of a file's bytes; the empty text when there is none, or none in it. */
async function digest(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return bytes.length === 0 ? "" : createHash("sha256").update(bytes).digest("hex");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}
