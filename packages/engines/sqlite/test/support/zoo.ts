import Database from "better-sqlite3";

export interface ZooOptions {
  readonly pageSize?: number;
  readonly journalMode?: "wal" | "delete";
  readonly encoding?: "UTF-8" | "UTF-16le" | "UTF-16be";
  readonly autoVacuum?: 0 | 1 | 2;
}

/** A database with one of everything that is hard to carry from one file to another. */
export function makeZoo(path: string, options: ZooOptions = {}): void {
  const { pageSize = 4096, journalMode = "wal", encoding = "UTF-8", autoVacuum = 0 } = options;
  const db = new Database(path);
  db.pragma(`page_size = ${pageSize}`);
  db.pragma(`encoding = '${encoding}'`);
  db.pragma(`auto_vacuum = ${autoVacuum}`);
  db.pragma(`journal_mode = ${journalMode}`);
  db.exec(schema);
  db.exec(`CREATE TABLE broad(${Array.from({ length: 700 }, (_, index) => `c${index} DEFAULT ${index}`).join()})`);
  db.transaction(() => {
    addRows(db);
    if (encoding === "UTF-8") db.prepare("INSERT INTO users(name) VALUES (CAST(x'61ff62c328' AS TEXT))").run();
  })();
  db.exec("ANALYZE; PRAGMA user_version = 42; PRAGMA application_id = -559038737");
  db.close();
}

const schema = `
  CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, born, score REAL, photo BLOB);
  CREATE INDEX users_by_name ON users(name COLLATE NOCASE) WHERE born IS NOT NULL;
  CREATE UNIQUE INDEX users_by_expression ON users(lower(name), id);
  CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT DEFAULT 'a;b -- c');
  CREATE TABLE keyless(a, b);
  CREATE TABLE text_key(id TEXT PRIMARY KEY, parent TEXT REFERENCES text_key(id));
  CREATE TABLE pairs(a TEXT, b INT, v, PRIMARY KEY(a, b)) WITHOUT ROWID;
  CREATE TABLE backwards(id INTEGER PRIMARY KEY DESC, v);
  CREATE TABLE exact(id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
  CREATE TABLE made(a INT, doubled INT AS (a * 2) STORED, squared AS (a * a) VIRTUAL);
  CREATE TABLE "we""ird 'name'"("a ""b"" c" INT, [select] TEXT);
  CREATE TABLE "line
feed"("col
umn" INT);
  CREATE TABLE "naïve ☃ 表"("ключ" INTEGER PRIMARY KEY, "значение" TEXT);
  CREATE TABLE shadowed("rowid" TEXT, "_rowid_" TEXT, oid TEXT);
  CREATE TABLE "nothing"(x);
  CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter');
  CREATE VIRTUAL TABLE bare USING fts5(body, content = '');
  CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, y0, y1);
  CREATE VIEW "rich ""users""" AS SELECT name, score FROM users WHERE score > 1 -- a comment
  ;
  CREATE TABLE log(what TEXT);
  CREATE TRIGGER on_user AFTER INSERT ON users BEGIN
    INSERT INTO log VALUES (CASE WHEN new.name = ';' THEN 'semi;colon' ELSE new.name END);
    DELETE FROM log WHERE what = 'END;';
  END;
  CREATE TRIGGER "on view" INSTEAD OF INSERT ON "rich ""users""" BEGIN SELECT 1; END;
`;

function addRows(db: Database.Database): void {
  const user = db.prepare("INSERT INTO users(name, born, score, photo) VALUES (?, ?, ?, ?)");
  const values: [string, unknown, number | null, Buffer | null][] = [
    ["plain", 1, 1.5, Buffer.from("photo")],
    ["", null, null, null],
    ['it\'s "quoted"\n;END;\r\n\t\\', "1", 0.1 + 0.2, Buffer.alloc(0)],
    ["NUL\0inside", 1.0, Number.POSITIVE_INFINITY, Buffer.from([0, 255, 10, 39])],
    ["☃ 表 é", 9_223_372_036_854_775_807n, Number.NEGATIVE_INFINITY, Buffer.alloc(20_000, 7)],
    ["long".repeat(3000), -9_223_372_036_854_775_808n, -0.0, Buffer.alloc(4096, 1)],
    [";", Buffer.from("1"), 1e-320, Buffer.alloc(4097, 1)],
  ];
  for (const value of values) user.run(...value);
  for (let row = 0; row < 1500; row++) user.run(`user ${row}`, row % 3 === 0 ? null : row, row / 7, null);
  const counted = db.prepare("INSERT INTO counted(note) VALUES (?)");
  for (const note of ["a", "b", "c"]) counted.run(note);
  db.exec("DELETE FROM counted WHERE note = 'c'");
  const keyless = db.prepare("INSERT INTO keyless VALUES (?, ?)");
  for (let row = 0; row < 700; row++) keyless.run(row % 10, row % 2 === 0 ? `${row}` : row);
  db.exec(`
    INSERT INTO keyless(rowid, a, b) VALUES (9223372036854775807, 'last', NULL), (-9223372036854775808, 'first', NULL);
    INSERT INTO text_key VALUES ('root', NULL), ('leaf', 'root');
    INSERT INTO pairs VALUES ('b', 2, x'00'), ('a', 1, NULL), ('a', 2, 'x');
    INSERT INTO backwards VALUES (3, 'c'), (1, 'a'), (2, 'b');
    INSERT INTO exact VALUES (1, 2, 3.0, '4', x'35', 6), (2, NULL, NULL, NULL, NULL, '7');
    INSERT INTO made(a) VALUES (3), (4);
    INSERT INTO "we""ird 'name'" VALUES (1, 'x');
    INSERT INTO "line
feed" VALUES (1), (2);
    INSERT INTO "naïve ☃ 表" VALUES (1, 'один');
    INSERT INTO shadowed VALUES ('r', 's', 't'), ('u', 'v', 'w');
    INSERT INTO broad DEFAULT VALUES;
    INSERT INTO words(rowid, title, body) VALUES (10, 'running', 'the runner runs'), (20, 'it''s', 'other words');
    INSERT INTO bare(rowid, body) VALUES (5, 'only indexed');
    INSERT INTO boxes VALUES (1, 0, 1, 0, 1), (2, 5, 6, 5, 6);
  `);
}
