import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, take, temporaryDirectory } from "./support/harness.ts";
import { makeZoo, type ZooOptions } from "./support/zoo.ts";

const methods = ["online", "vacuum", "sql"] as const;

const variants: Record<string, ZooOptions> = {
  "in WAL mode": {},
  "in rollback-journal mode": { journalMode: "delete" },
  "with pages of 512 bytes": { pageSize: 512 },
  "with pages of 65536 bytes": { pageSize: 65_536 },
  "in UTF-16 little endian": { encoding: "UTF-16le" },
  "in UTF-16 big endian": { encoding: "UTF-16be" },
  "with auto_vacuum": { autoVacuum: 1, journalMode: "delete" },
};

describe("a database", () => {
  for (const [variant, options] of Object.entries(variants)) {
    for (const method of methods) {
      it(`${variant} comes back whole by ${method}`, async () => {
        const directory = await temporaryDirectory();
        const path = join(directory, "zoo.db");
        makeZoo(path, options);
        const work = await bench();
        await using engine = sqlite({ path });
        const before = await engine.fingerprint(work.ctx);
        const taken = await take(engine, work, method);
        expect(taken.facts.fingerprint).toEqual(before);
        expect(await engine.inspect(taken.source, work.ctx)).toEqual([]);
        await using copy = sqlite({ path: join(directory, "copy.db") });
        await copy.restore({ force: false }, taken.source, work.ctx);
        expect(await copy.fingerprint(work.ctx)).toEqual(before);
        expect(settingsOf(join(directory, "copy.db"))).toEqual(settingsOf(path));
        expect(await work.left()).toEqual([]);
      });
    }
  }

  for (const method of methods) {
    it(`that is empty comes back empty by ${method}`, async () => {
      const directory = await temporaryDirectory();
      const path = join(directory, "empty.db");
      new Database(path).exec("SELECT 1").close();
      const work = await bench();
      await using engine = sqlite({ path });
      const taken = await take(engine, work, method);
      await using copy = sqlite({ path: join(directory, "copy.db") });
      expect(await engine.inspect(taken.source, work.ctx)).toEqual([]);
      await copy.restore({ force: false }, taken.source, work.ctx);
      expect(await copy.fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
    });

    it(`keeps its full-text index usable by ${method}`, async () => {
      const directory = await temporaryDirectory();
      const path = join(directory, "zoo.db");
      makeZoo(path);
      const work = await bench();
      await using engine = sqlite({ path });
      const taken = await take(engine, work, method);
      const copy = join(directory, "copy.db");
      await sqlite({ path: copy }).restore({ force: false }, taken.source, work.ctx);
      const db = new Database(copy);
      const found = db.prepare("SELECT rowid FROM words WHERE words MATCH 'run'").pluck().all();
      const bare = db.prepare("SELECT rowid FROM bare WHERE bare MATCH 'indexed'").pluck().all();
      db.exec("INSERT INTO words(words) VALUES ('integrity-check')");
      db.close();
      expect([found, bare]).toEqual([[10], [5]]);
    });
  }
});

function settingsOf(path: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const names = ["journal_mode", "page_size", "encoding", "auto_vacuum", "user_version", "application_id"];
  const settings = names.map((name) => [name, db.pragma(name, { simple: true })]);
  db.close();
  return settings;
}
