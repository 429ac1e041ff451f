import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { ServerPlace } from "@dbsave/core";
import { captureText, hostServers } from "@dbsave/exec";
import { expect, it, onTestFinished } from "vitest";
import { partialName } from "../../src/wal/wal-file.ts";
import { testContext, tools } from "../support/context.ts";
import { ownServer, programs, query } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { follow } from "./support/recipe.ts";
import { folder } from "./support/restored.ts";

const { signal } = new AbortController();

/** What the recipe made in `directory`, started. */
async function startMade(prepare: (place: ServerPlace) => Promise<string>) {
  const restored = await hostServers({ env: process.env }).start(
    async (place) => {
      const directory = await prepare(place);
      const settings = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${place.socketDirectory}`];
      return {
        tool: `${programs}/postgres`,
        args: ["-D", `${directory}/data`, "-c", "archive_mode=off", ...settings],
        stopSignal: "SIGQUIT",
        ready: async () => (await query(place.socketDirectory, "SELECT WHERE NOT pg_is_in_recovery()")).length === 1,
      };
    },
    { name: "by hand", user: "postgres", signal, readyTimeoutMs: 20_000 },
  );
  onTestFinished(() => restored[Symbol.asyncDispose]());
  return (sql: string) => query(restored.socketDirectory, sql);
}

it("the stock commands of a physical backup's recipe make a server with every row, tablespaces included", async (test) => {
  const source = await ownServer(test);
  await source.sql("COPY (SELECT) TO PROGRAM 'cat; mkdir -p ../space'");
  const [place] = await source.sql("SELECT current_setting('data_directory') || '/../space' AS path");
  await source.sql(`CREATE TABLESPACE space LOCATION '${String(place?.["path"])}'`);
  await source.sql("CREATE TABLE s TABLESPACE space AS SELECT i FROM generate_series(1, 1000) i");
  await source.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 2000) i");
  await using ctx = await testContext();
  const taken = await takePhysical(source.options, ctx);
  const ask = await startMade(async (there) => {
    await follow(taken, there);
    return there.directory;
  });
  expect(await ask("SELECT (SELECT count(*)::int FROM s) AS s, (SELECT count(*)::int FROM t) AS t")).toEqual([
    { s: 1000, t: 2000 },
  ]);
  const [moved] = await ask("SELECT pg_tablespace_location(oid) AS path FROM pg_tablespace WHERE spcname = 'space'");
  expect(moved?.["path"]).toMatch(/tablespace-\d+$/);
});

/** Puts the files of `archive` where a repository has them, the newest of them in parts only, as long as a receiver has no more. */
async function store(archive: string, log: string, newest: string, recipient: string): Promise<void> {
  const put = async (name: string, bytes: Buffer, extension = ""): Promise<string> => {
    const path = join(log, `${name}-${createHash("sha256").update(bytes).digest("hex")}${extension}`);
    await writeFile(path, extension === "" ? bytes : zstdCompressSync(bytes));
    return path;
  };
  for (const name of (await readdir(archive)).filter((file) => /^[0-9A-F]{24}$/.test(file))) {
    const bytes = await readFile(join(archive, name));
    const beginning = Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(bytes.length - 8192)]);
    await put(partialName(name, 8192), beginning);
    if (name === newest) await put(partialName(name, bytes.length), bytes);
    else {
      const compressed = await put(name, bytes, ".zst");
      await captureText(tools, "age", ["-r", recipient, "-o", `${compressed}.age`, compressed], { signal });
      await rm(compressed);
    }
  }
}

it("the stock commands of the recipe go on to a time that is said, by the archived WAL as it lies in a repository", async (test) => {
  await captureText(tools, "age", ["--version"], { signal }).catch(() => test.skip("needs age"));
  const archive = await folder();
  await chmod(archive, 0o777);
  const source = await ownServer(test, { archive_mode: "on", archive_command: `cp %p ${archive}/%f` });
  await using ctx = await testContext();
  const taken = await takePhysical(source.options, ctx);
  await source.sql("CREATE TABLE early AS SELECT 1 AS a");
  const [moment] = await source.sql("SELECT clock_timestamp()::text AS at");
  await source.sql("CREATE TABLE late AS SELECT 1 AS a");
  const [switched] = await source.sql("SELECT pg_walfile_name(pg_switch_wal()) AS name");
  const newest = String(switched?.["name"]);
  await expect.poll(() => readdir(archive), { timeout: 10_000 }).toContain(newest);
  const oldest = "000000010000000000000001"; // from before the backup
  expect(await readdir(archive)).toContain(oldest);
  const ask = await startMade(async (place) => {
    const backup = join(place.directory, "backups/one");
    const log = join(place.directory, `log/${taken.facts.details["systemIdentifier"]}/0000000100000000`);
    for (const directory of [backup, log]) await mkdir(directory, { recursive: true });
    const key = join(backup, "key.txt");
    await captureText(tools, "age-keygen", ["-o", key], { signal });
    await store(archive, log, newest, (await captureText(tools, "age-keygen", ["-y", key], { signal })).trim());
    await captureText(tools, "chown", ["-R", "postgres", place.directory], { signal });
    await follow(taken, { ...place, directory: backup }, [], String(moment?.["at"]));
    const filled = await readdir(join(backup, "data/pg_wal"));
    expect(filled).toContain(newest);
    expect(filled).not.toContain(oldest);
    return backup;
  });
  const there = "SELECT to_regclass('early') IS NOT NULL AS early, to_regclass('late') IS NOT NULL AS late";
  expect(await ask(there)).toEqual([{ early: true, late: false }]);
});
