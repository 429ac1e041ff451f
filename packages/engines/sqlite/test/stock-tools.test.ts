import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, take, temporaryDirectory } from "./support/harness.ts";
import { need } from "./support/stock-tool.ts";
import { makeZoo, type ZooOptions } from "./support/zoo.ts";

const variants: Record<string, ZooOptions> = {
  "": {},
  " in UTF-16": { encoding: "UTF-16le" },
  " with small pages": { pageSize: 512 },
};

describe("with the stock sqlite3 alone", () => {
  for (const [variant, options] of Object.entries(variants)) {
    it(`the SQL text of a database${variant} gives the same database`, async (test) => {
      need(test, "sqlite3");
      const directory = await temporaryDirectory();
      const path = join(directory, "zoo.db");
      makeZoo(path, options);
      const work = await bench();
      const taken = await take(sqlite({ path }), work, "sql");
      const copy = join(directory, "copy.db");
      const output = execFileSync("sqlite3", ["-bail", copy], { input: taken.bytes, encoding: "utf8" });
      expect(output).toBe("");
      expect(execFileSync("sqlite3", [copy, "pragma integrity_check"], { encoding: "utf8" })).toBe("ok\n");
      expect(await sqlite({ path: copy }).fingerprint(work.ctx)).toEqual(taken.facts.fingerprint);
    });
  }

  for (const method of ["online", "vacuum"]) {
    it(`the file of method ${method} is a database that is whole`, async (test) => {
      need(test, "sqlite3");
      const directory = await temporaryDirectory();
      makeZoo(join(directory, "zoo.db"));
      const taken = await take(sqlite({ path: join(directory, "zoo.db") }), await bench(), method);
      const copy = join(directory, "copy.db");
      await writeFile(copy, taken.bytes);
      expect(execFileSync("sqlite3", [copy, "pragma integrity_check"], { encoding: "utf8" })).toBe("ok\n");
    });
  }

  for (const method of ["online", "vacuum", "sql"]) {
    it(`sqldiff finds no difference between the source and what method ${method} restored`, async (test) => {
      need(test, "sqldiff");
      const directory = await temporaryDirectory();
      const [path, copy] = [join(directory, "zoo.db"), join(directory, "copy.db")];
      makeZoo(path);
      // Two things that sqldiff itself cannot compare: rows without any name for their rowid, and what ANALYZE found.
      new Database(path).exec("DROP TABLE shadowed; DROP TABLE sqlite_stat4").close();
      const work = await bench();
      const taken = await take(sqlite({ path }), work, method);
      await sqlite({ path: copy }).restore({ force: false }, taken.source, work.ctx);
      expect(
        execFileSync("sqldiff", [path, copy], { encoding: "utf8" }).replace(/.*sqlite_stat[14].*\n([|]{2}.*\n)?/g, ""),
      ).toBe("");
    });
  }
});
