import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, take, temporaryDirectory } from "./support/harness.ts";

async function databaseOf(schema: string, edit = ""): Promise<string> {
  const path = join(await temporaryDirectory(), "app.db");
  const db = new Database(path);
  db.exec(`CREATE TABLE plain(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO plain VALUES (1, 'x'); ${schema}`);
  if (edit !== "") {
    db.unsafeMode();
    db.pragma("writable_schema = on");
    db.exec(edit);
  }
  db.close();
  return path;
}

async function comesBack(path: string, method: string): Promise<void> {
  const work = await bench();
  const taken = await take(sqlite({ path }), work, method);
  await using copy = sqlite({ path: join(await temporaryDirectory(), "copy.db") });
  await copy.restore({ force: false }, taken.source, work.ctx);
  expect(await copy.fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
  expect(taken.facts.fingerprint?.items.find(({ name }) => name === "plain")?.count).toBe(1);
}

describe("a database made with more than this SQLite has", () => {
  it("comes back by online when a virtual table's module is missing; its shadow tables are seen as tables", async () => {
    const path = await databaseOf(
      "CREATE VIRTUAL TABLE vectors USING fts5(v); INSERT INTO vectors VALUES ('x')",
      "UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE vectors USING vec0(v)' WHERE name = 'vectors'",
    );
    await comesBack(path, "online");
    const { items } = await sqlite({ path }).fingerprint((await bench()).ctx);
    expect(items.map(({ name }) => name)).toContain("vectors_data");
  });

  it("comes back by online when a collation is missing", async () => {
    const path = await databaseOf(
      "CREATE TABLE names(n TEXT); CREATE INDEX by_name ON names(n); INSERT INTO names VALUES ('b'), ('a')",
      "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_name ON names(n COLLATE ICU)' WHERE name = 'by_name'",
    );
    await comesBack(path, "online");
    const failing = take(sqlite({ path }), await bench(), "vacuum");
    await expect(failing).rejects.toMatchObject({ code: "SOURCE_INVALID", message: expect.stringContaining("ICU") });
  });

  it("comes back by online when its schema has strings in double quotes", async () => {
    const path = await databaseOf(
      "CREATE TABLE old(a DEFAULT 'x')",
      `UPDATE sqlite_schema SET sql = 'CREATE TABLE old(a DEFAULT "x", CHECK(a <> "y"))' WHERE name = 'old'`,
    );
    await comesBack(path, "online");
    await expect(take(sqlite({ path }), await bench(), "vacuum")).rejects.toMatchObject({ code: "SOURCE_INVALID" });
    await expect(take(sqlite({ path }), await bench(), "sql")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("rows that break a promise of the schema", () => {
  it("are kept by every method, and a reference to nothing is a warning", async () => {
    const path = await databaseOf(`CREATE TABLE child(parent INT REFERENCES plain(id), small INT CHECK(small < 5));
      PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; INSERT INTO child VALUES (99, 10)`);
    for (const method of ["online", "vacuum", "sql"]) {
      await comesBack(path, method);
      const work = await bench();
      const taken = await take(sqlite({ path }), work, method);
      const findings = await sqlite({ path }).inspect(taken.source, work.ctx);
      expect(findings.filter(({ object }) => object === "child")).toMatchObject([{ severity: "warning" }]);
    }
  });
});
