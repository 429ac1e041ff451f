import { join } from "node:path";
import type { Fingerprint } from "@dbsave/core";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../src/fingerprint.ts";
import { murmur128 } from "../src/rows/murmur128.ts";
import { temporaryDirectory } from "./support/harness.ts";
import { makeZoo } from "./support/zoo.ts";

/** Of a database in memory that `sql` makes. */
function fingerprint(sql: string, ...bound: readonly (readonly unknown[])[]): Fingerprint {
  const db = new Database(":memory:");
  db.exec(sql);
  for (const values of bound) db.prepare(`INSERT INTO t VALUES (${values.map(() => "?").join()})`).run(...values);
  const result = fingerprintOf(db);
  db.close();
  return result;
}

function tableHash(sql: string, ...bound: readonly (readonly unknown[])[]): string | undefined {
  return fingerprint(sql, ...bound).items.find(({ kind, name }) => kind === "table" && name === "t")?.hash;
}

describe("a fingerprint", () => {
  const bytes = (...values: number[]): string => `x'${Buffer.from(values).toString("hex")}'`;
  const values: Record<string, string> = {
    null: "NULL",
    "the empty text": "''",
    "the empty blob": "x''",
    "the text null": "'null'",
    "integer 1": "1",
    "real 1": "1.0",
    "text 1": "'1'",
    "blob 1": bytes(0x31),
    "text of the array of a blob": `'["31"]'`,
    "text of an object with a hash": `'{"text":"x"}'`,
    "0.1 + 0.2": "0.1 + 0.2",
    "0.3": "0.3",
    "integer 2^53": "9007199254740992",
    "integer 2^53 + 1": "9007199254740993",
    "real 2^53": "9007199254740992.0",
    "the smallest integer": "-9223372036854775808",
    infinity: "9e999",
    "minus infinity": "-9e999",
    "the smallest real": "5e-324",
    "a text with NUL": "'a' || char(0) || 'b'",
    "a text before NUL": "'a'",
    "a text that is no UTF-8": `CAST(${bytes(0xff)} AS TEXT)`,
    "another text that is no UTF-8": `CAST(${bytes(0xfe)} AS TEXT)`,
    "the character for what is no UTF-8": "char(0xfffd)",
    "a quote": `'"'`,
    "a backslash": "'\\'",
    "a line feed": "char(10)",
    "an escaped line feed": "'\\n'",
    "a text of 4 KiB": `'${"x".repeat(4096)}'`,
    "a text over 4 KiB": `'${"x".repeat(4097)}'`,
    "another text over 4 KiB": `'${"x".repeat(4096)}y'`,
    "a blob over 4 KiB": `CAST('${"x".repeat(4097)}' AS BLOB)`,
    "another blob over 4 KiB": `CAST('${"x".repeat(4096)}y' AS BLOB)`,
  };

  for (const declared of ["", "TEXT", "BLOB"]) {
    for (const key of ["a", "id INTEGER PRIMARY KEY, a"]) {
      it(`differs for every two different values in a column ${declared || "without type"} (${key})`, () => {
        const seen = new Map<string | undefined, string>();
        for (const [name, value] of Object.entries(values)) {
          const hash = tableHash(`CREATE TABLE t(${key} ${declared}); INSERT INTO t(a) VALUES (${value})`);
          const stored = declared === "TEXT" ? typeOfText(value) : value;
          const known = seen.get(hash);
          expect(known === undefined || known === stored, `${name} has the hash of ${known}`).toBe(true);
          seen.set(hash, stored);
        }
      });
    }
  }

  it("takes zero and minus zero for equal, as SQLite does", () => {
    expect(tableHash("CREATE TABLE t(a)", [-0.0])).toBe(tableHash("CREATE TABLE t(a)", [0.0]));
  });

  it("knows where one value ends and the next one begins", () => {
    const table = "CREATE TABLE t(a, b)";
    const hashes = [
      ["ab", ""],
      ["a", "b"],
      ["", "ab"],
      ['a","b', null],
      [1, 23],
      [12, 3],
    ].map((row) => tableHash(table, row));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("does not depend on the order of rows without a key, and counts double rows", () => {
    const table = "CREATE TABLE t(a, b)";
    const one = tableHash(table, [1, "x"], [2, "y"], [2, "y"]);
    expect(tableHash(table, [2, "y"], [1, "x"], [2, "y"])).toBe(one);
    expect(tableHash(table, [2, "y"], [1, "x"])).not.toBe(one);
    expect(tableHash(table, [2, "y"], [1, "x"], [1, "x"])).not.toBe(one);
    expect(tableHash(table, [1, "y"], [2, "x"], [2, "y"])).not.toBe(one);
  });

  it("does not depend on the order in which rows with a key were inserted", () => {
    for (const table of ["CREATE TABLE t(a INTEGER PRIMARY KEY, b)", "CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID"])
      expect(tableHash(table, [1, "x"], [2, "y"])).toBe(tableHash(table, [2, "y"], [1, "x"]));
  });

  it("includes the integer key, but not a rowid that nobody declared", () => {
    const insert = "INSERT INTO t(rowid, a) VALUES";
    const keyless = "CREATE TABLE t(a);";
    const keyed = "CREATE TABLE t(id INTEGER PRIMARY KEY, a);";
    expect(tableHash(`${keyless} ${insert} (1, 'x')`)).toBe(tableHash(`${keyless} ${insert} (9, 'x')`));
    expect(tableHash(`${keyed} ${insert} (1, 'x')`)).not.toBe(tableHash(`${keyed} ${insert} (9, 'x')`));
  });

  it("reads every row of a table of many batches, from the first possible rowid to the last", () => {
    const rows = `INSERT INTO t(rowid, a) SELECT value, value FROM ${series}`;
    const edges = "INSERT INTO t(rowid, a) VALUES (-9223372036854775808, 'first'), (9223372036854775807, 'last')";
    const many = fingerprint(`CREATE TABLE t(a); ${rows}; ${edges}`);
    expect(many.items.find(({ kind }) => kind === "table")?.count).toBe(1503);
  });

  it("changes with the schema and the settings an application reads", () => {
    const base = "CREATE TABLE t(a);";
    const all = [
      "",
      "CREATE INDEX i ON t(a)",
      "CREATE VIEW v AS SELECT 1",
      "PRAGMA user_version = 1",
      "PRAGMA application_id = 1",
    ];
    const hashes = all.map((more) => JSON.stringify(fingerprint(base + more)));
    expect(new Set(hashes).size).toBe(all.length);
  });

  it("is sorted by kind, then name", async () => {
    const path = join(await temporaryDirectory(), "zoo.db");
    makeZoo(path);
    const db = new Database(path);
    const names = fingerprintOf(db).items.map(({ kind, name }) => [kind, name]);
    db.close();
    expect(names).toEqual(names.toSorted(([a = "", b = ""], [c = "", d = ""]) => order(a, c) || order(b, d)));
  });

  it("of a fixed database stays the same for years: else the algorithm needs a new name", async () => {
    const path = join(await temporaryDirectory(), "zoo.db");
    makeZoo(path);
    const db = new Database(path);
    const { algorithm, items } = fingerprintOf(db);
    db.close();
    expect(algorithm).toBe("sqlite-rows-1");
    expect(
      Object.fromEntries(items.filter(({ kind }) => kind === "table").map(({ name, hash }) => [name, hash])),
    ).toMatchSnapshot();
  });
});

const series =
  "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1501) SELECT value FROM n)";

/** A column declared TEXT makes text of numbers. */
function typeOfText(value: string): string {
  const db = new Database(":memory:");
  db.exec(`CREATE TABLE t(a TEXT); INSERT INTO t VALUES (${value})`);
  const stored = db.prepare("SELECT typeof(a) || hex(a) FROM t").pluck().get();
  db.close();
  return String(stored);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

describe("the row hash", () => {
  it("is MurmurHash3 x86 128", () => {
    const known: Record<string, string> = {
      "": "00000000000000000000000000000000",
      a: "3c9394a71bb056551bb056551bb05655",
      hello: "a044242bf7de91dbb631db9ab631db9a",
      "hello, world": "5c60218b1e8ab9b9833a2793c75759eb",
      "0123456789abcde": "6dc4763cc018084dda33d4adfa7386a7",
      "0123456789abcdef": "09447dfb0ad3ae369b1dad48fd3b2b57",
      "The quick brown fox jumps over the lazy dog": "c383152f672ceeec6cf67b5d2c1de9e5",
    };
    for (const [text, expected] of Object.entries(known)) {
      const input = Buffer.from(`..${text}..`);
      const out = new Int32Array(4);
      murmur128(new DataView(input.buffer, input.byteOffset, input.length), 2, input.length - 2, out);
      expect(Buffer.from(out.buffer).toString("hex"), text).toBe(expected);
    }
  });
});
