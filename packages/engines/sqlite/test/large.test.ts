import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ArtifactSink } from "@dbsave/core";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { sqlite } from "../src/index.ts";
import { bench, replay, temporaryDirectory } from "./support/harness.ts";

const isWanted = process.env["DBSAVE_TEST_LARGE"] === "1";

it("a database of more than 2 GiB comes back whole, by online and by vacuum", { timeout: 900_000 }, async (test) => {
  if (!isWanted) test.skip("takes minutes and 10 GB of disk: set DBSAVE_TEST_LARGE=1");
  const directory = await temporaryDirectory();
  const path = join(directory, "large.db");
  const db = new Database(path);
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = off");
  db.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB)");
  const insert = db.prepare("INSERT INTO t(v) VALUES (randomblob(100000))");
  for (let row = 0; row < 22_000; row++) insert.run();
  db.close();
  expect((await stat(path)).size).toBeGreaterThan(2 ** 31);
  const work = await bench();
  for (const method of ["online", "vacuum"]) {
    const stored = join(directory, "artifact");
    const sink: ArtifactSink = {
      async write({ name }, body) {
        await pipeline(body, createWriteStream(stored));
        return { name, plainBytes: 0, storedBytes: 0 };
      },
    };
    const facts = await sqlite({ path }).backup({ kind: "full", method }, sink, work.ctx);
    const { manifest } = replay(facts, "database.sqlite", Buffer.alloc(0));
    await using copy = sqlite({ path: join(directory, `${method}.db`) });
    await copy.restore({ force: false }, { manifest, open: async () => createReadStream(stored) }, work.ctx);
    expect(await copy.fingerprint(work.ctx)).toEqual(facts.fingerprint);
  }
});
