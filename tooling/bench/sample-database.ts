import Database from "better-sqlite3";

/** About 100 bytes a row, about 1 kB a row with a blob, or about 100 bytes without an integer key. */
export type Rows = "narrow" | "wide" | "keyless";

const words =
  "alpha bravo charlie order invoice customer payment shipped pending cancelled refund of and to in is for on".split(
    " ",
  );

/** A database in WAL mode of at least `bytes` bytes, with the text, numbers and times of a business in it. */
export function writeSampleDatabase(path: string, bytes: number, rows: Rows): void {
  const db = new Database(path);
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = off");
  db.exec(
    rows === "wide"
      ? "CREATE TABLE docs(id INTEGER PRIMARY KEY, k TEXT, body TEXT, b BLOB)"
      : `CREATE TABLE orders(${rows === "narrow" ? "id INTEGER PRIMARY KEY" : "id INTEGER"}, customer INT, at TEXT, total REAL, status TEXT, note TEXT)`,
  );
  const insert = rows === "wide" ? documents(db) : orders(db);
  const some = db.transaction((first: number) => {
    for (let id = first; id < first + 20_000; id++) insert(id);
  });
  for (let first = 1; Number(db.pragma("page_count", { simple: true })) * 4096 < bytes; first += 20_000) some(first);
  db.pragma("wal_checkpoint(truncate)");
  db.close();
}

function orders(db: Database.Database): (id: number) => void {
  const statement = db.prepare("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)");
  return (id) => {
    const at = new Date(1.6e12 + id * 1000).toISOString();
    const note = text(20 + (random() % 40)) + random().toString(36);
    statement.run(id, random() % 1e6, at, (random() % 1e5) / 100 + 0.01, words[random() % words.length], note);
  };
}

function documents(db: Database.Database): (id: number) => void {
  const statement = db.prepare("INSERT INTO docs VALUES (?, ?, ?, ?)");
  const blob = Buffer.alloc(200);
  return (id) => {
    for (let at = 0; at < blob.length; at += 4) blob.writeUInt32LE(random(), at);
    statement.run(id, `key ${id}`, text(600 + (random() % 300)), blob);
  };
}

function text(length: number): string {
  let result = "";
  while (result.length < length) result += `${words[random() % words.length]} `;
  return result.slice(0, length);
}

let seed = 12_345;

/** The same numbers in every run. */
function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
}
