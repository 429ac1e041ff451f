import { execFileSync } from "node:child_process";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, replay, take, temporaryDirectory } from "./support/harness.ts";
import { need } from "./support/stock-tool.ts";

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

/** Runs `sql` under the schema that this SQLite understands. */
function damage(path: string, sql: string, schema: string, edited: string): void {
  const db = new Database(path);
  db.unsafeMode();
  db.pragma("writable_schema = on");
  const put = db.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = 't'");
  put.run(schema);
  db.pragma("writable_schema = reset");
  db.pragma("ignore_check_constraints = on");
  db.exec(sql);
  db.pragma("writable_schema = on");
  put.run(edited);
  db.close();
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

  const lacks: Record<string, readonly [schema: string, edit: string]> = {
    "a column's collation": [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)",
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT COLLATE ICU)",
    ],
    "the collation of a column without type": ["CREATE TABLE t(v)", "CREATE TABLE t(v COLLATE ICU)"],
    "the collation of a unique column": ["CREATE TABLE t(v TEXT UNIQUE)", "CREATE TABLE t(v TEXT COLLATE ICU UNIQUE)"],
    "a key's collation": ["CREATE TABLE t(v TEXT PRIMARY KEY, w)", "CREATE TABLE t(v TEXT COLLATE ICU PRIMARY KEY, w)"],
    "the function of a virtual column": [
      "CREATE TABLE t(v, w AS (lower(v)))",
      "CREATE TABLE t(v, w AS (transliterate(v)))",
    ],
    "the function of a stored column": [
      "CREATE TABLE t(v, w AS (lower(v)) STORED)",
      "CREATE TABLE t(v, w AS (transliterate(v)) STORED)",
    ],
    "the function of a CHECK": ["CREATE TABLE t(v CHECK (lower(v)))", "CREATE TABLE t(v CHECK (transliterate(v)))"],
  };
  for (const [lack, [schema, edited]] of Object.entries(lacks)) {
    it(`is proved row by row and found whole when ${lack} is missing`, async () => {
      const rows = "PRAGMA ignore_check_constraints = ON; INSERT INTO t(v) VALUES ('b'), ('a')";
      const path = await databaseOf(
        `${schema}; ${rows}`,
        `UPDATE sqlite_schema SET sql = '${edited}' WHERE name = 't'`,
      );
      await comesBack(path, "online");
      const work = await bench();
      const before = await sqlite({ path }).fingerprint(work.ctx);
      expect(before.items.find(({ kind, name }) => kind === "table" && name === "t")?.count).toBe(2);
      const taken = await take(sqlite({ path }), work);
      const findings = await sqlite({ path }).inspect(taken.source, work.ctx);
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      damage(path, "UPDATE t SET v = 'c' WHERE v = 'b'", schema, edited);
      expect(await sqlite({ path }).fingerprint(work.ctx)).not.toEqual(before);
    });
  }

  it("is copied when the key of a table WITHOUT ROWID has a missing collation; the probe says that nothing proves it", async () => {
    const path = await databaseOf(
      "CREATE TABLE t(v TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES ('b')",
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE t(v TEXT COLLATE ICU PRIMARY KEY) WITHOUT ROWID' WHERE name = 't'",
    );
    await comesBack(path, "online");
    const { findings } = await sqlite({ path }).probe((await bench()).ctx);
    expect(findings).toMatchObject([{ severity: "warning", code: "UNSUPPORTED", object: "t" }]);
  });

  it("is checked table by table when a collation is missing: that table is a warning, damage elsewhere an error", async () => {
    const path = await databaseOf(
      "CREATE TABLE names(n TEXT); CREATE INDEX by_name ON names(n); CREATE INDEX by_v ON plain(v)",
      "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_name ON names(n COLLATE ICU)' WHERE name = 'by_name'",
    );
    const work = await bench();
    const whole = await take(sqlite({ path }), work);
    const warning = {
      severity: "warning",
      code: "UNSUPPORTED",
      object: "names",
      message: expect.stringMatching(/ICU/),
    };
    expect(await sqlite({ path }).inspect(whole.source, work.ctx)).toMatchObject([warning]);
    const { facts, bytes } = whole;
    const root = new Database(bytes).prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'by_v'").pluck().get();
    bytes.fill(0, (Number(root) - 1) * 4096, Number(root) * 4096);
    const damaged = await sqlite({ path }).inspect(replay(facts, "database.sqlite", bytes).source, work.ctx);
    expect(damaged).toContainEqual(expect.objectContaining({ severity: "error", code: "SOURCE_INVALID" }));
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

  const tightened: Record<string, readonly [schema: string, rows: string, tight: string]> = {
    "NOT NULL": [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE)",
      "INSERT INTO t(v) VALUES ('a'), (NULL), ('b')",
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v NOT NULL UNIQUE)",
    ],
    "NOT NULL, in a table without key, with a generated column and an index on it": [
      "CREATE TABLE t(v, w AS (v || 'x') STORED, y AS (v || 'y'), UNIQUE(w, v)); CREATE INDEX i ON t(y)",
      "INSERT INTO t(rowid, v) VALUES (5, 'a'), (7, NULL)",
      "CREATE TABLE t(v NOT NULL, w AS (v || 'x') STORED, y AS (v || 'y'), UNIQUE(w, v))",
    ],
    "NOT NULL, in a table WITHOUT ROWID": [
      "CREATE TABLE t(a TEXT COLLATE NOCASE, b, v, PRIMARY KEY(b DESC, a), UNIQUE(v)) WITHOUT ROWID",
      "INSERT INTO t VALUES ('a', 1, 'v'), ('b', 2, NULL)",
      "CREATE TABLE t(a TEXT COLLATE NOCASE, b, v NOT NULL, PRIMARY KEY(b DESC, a), UNIQUE(v)) WITHOUT ROWID",
    ],
    STRICT: [
      "CREATE TABLE t(i INT, x, b)",
      "INSERT INTO t VALUES (1, 'a', x'00'), ('one', 2, 'text'), (2.5, x'31', 7), (2, NULL, NULL)",
      "CREATE TABLE t(i INT, x TEXT, b BLOB) STRICT",
    ],
    "a text type": ["CREATE TABLE t(v)", "INSERT INTO t VALUES (1), ('1'), (2.5)", "CREATE TABLE t(v VARCHAR(9))"],
    CHECK: ["CREATE TABLE t(v)", "INSERT INTO t VALUES (1), (20)", "CREATE TABLE t(v CHECK (v < 5))"],
  };
  for (const [promise, [schema, rows, tight]] of Object.entries(tightened)) {
    it(`come back from SQL text, by dbsave and by sqlite3, when ${promise} was added after them`, async (test) => {
      const put = `UPDATE sqlite_schema SET sql = '${tight.replaceAll("'", "''")}' WHERE name = 't'`;
      const path = await databaseOf(`${schema}; ${rows}`, put);
      await comesBack(path, "sql");
      const work = await bench();
      const taken = await take(sqlite({ path }), work, "sql");
      const findings = await sqlite({ path }).inspect(taken.source, work.ctx);
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      need(test, "sqlite3");
      const copy = join(await temporaryDirectory(), "copy.db");
      expect(execFileSync("sqlite3", ["-bail", copy], { input: taken.bytes, encoding: "utf8" })).toBe("");
      expect(await sqlite({ path: copy }).fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
    });
  }

  it("are warnings of an inspection, and do not hide damage, however many they are", async () => {
    const path = await databaseOf(
      "CREATE TABLE t(v); CREATE TABLE u(v); CREATE INDEX i ON u(v); INSERT INTO u VALUES (1), (2)",
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO t SELECT NULL FROM n;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE t(v NOT NULL)' WHERE name = 't';
      CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'i'; DELETE FROM sqlite_schema WHERE name = 'i';
      PRAGMA writable_schema = RESET; DELETE FROM u WHERE v = 1; PRAGMA writable_schema = ON;
      INSERT INTO sqlite_schema SELECT * FROM kept`,
    );
    const work = await bench();
    const taken = await take(sqlite({ path }), work);
    const findings = await sqlite({ path }).inspect(taken.source, work.ctx);
    const breach = { severity: "warning", code: "SOURCE_INVALID", message: "NULL value in t.v: 400 times" };
    expect(findings).toContainEqual(expect.objectContaining(breach));
    const missingEntry = { severity: "error", code: "SOURCE_INVALID", message: expect.stringMatching(/index i/) };
    expect(findings).toContainEqual(expect.objectContaining(missingEntry));
  });
});
