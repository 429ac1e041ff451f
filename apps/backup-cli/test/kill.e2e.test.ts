import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { zstd } from "@dbsave/codecs";
import { backup, openRepository, type Repository, readCatalog, verify } from "@dbsave/core";
import { sqlite } from "@dbsave/sqlite";
import { fsStorage } from "@dbsave/storage-fs";
import { afterAll, beforeAll, expect, test } from "vitest";

/** A hundred on every run; a release is tested with DBSAVE_TEST_KILLS=1000. */
const kills = Number(process.env["DBSAVE_TEST_KILLS"] ?? 100);
const child = fileURLToPath(new URL("support/backup-forever.ts", import.meta.url));
const { signal } = new AbortController();

let directory: string;
let source: string;
let scratch: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbsave-test-"));
  source = join(directory, "app.db");
  scratch = join(directory, "scratch");
  await mkdir(scratch);
  const database = new DatabaseSync(source);
  database.exec("pragma journal_mode = wal; create table users (id integer primary key, name text)");
  const insert = database.prepare("insert into users (name) values (?)");
  for (let index = 0; index < 2000; index++) insert.run(`user ${index}`);
  database.close();
});
afterAll(() => rm(directory, { recursive: true }));

/** Kills a process that takes and prunes backups, `delayMs` after its first commit. The ids that it said are committed. */
async function killAfter(delayMs: number, firstDay: number): Promise<readonly string[]> {
  const args = [child, source, join(directory, "backups"), scratch, String(firstDay)];
  const runner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  runner.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([once(runner.stdout, "data"), once(runner, "exit")]);
  await wait(delayMs);
  runner.kill("SIGKILL");
  const [code] = await once(runner, "close");
  expect(code, "it ended before it was killed").toBeNull();
  return Buffer.concat(chunks).toString().trim().split("\n");
}

async function wholeBackups(repository: Repository): Promise<readonly string[]> {
  const { entries, damaged } = await readCatalog(repository, "app", signal);
  expect(damaged).toEqual([]);
  for (const { manifest } of entries) {
    const proof = await verify(sqlite({ path: source }), { repository, manifest, level: "hashes" });
    expect(proof.summary, manifest.id).toBe("3 files as recorded");
  }
  return entries.map(({ manifest }) => manifest.id);
}

test(
  `${kills} kills at random moments of backup and prune: only whole backups are listed, none that was committed is lost, the next run works`,
  async () => {
    const storage = fsStorage({ path: join(directory, "backups") });
    let day = 0;
    for (let kill = 0; kill < kills; kill++) {
      const committed = await killAfter(Math.random() * 250, day);
      const repository = await openRepository(storage);
      const listed = await wholeBackups(repository);
      // The policy keeps three days and nothing younger than one, so the newest three can never be gone.
      for (const id of committed.slice(-3)) expect(listed, `after kill ${kill}`).toContain(id);
      day += committed.length + 1;
    }
    const repository = await openRepository(storage);
    const options = { repository, codecs: [zstd()], scratchRoot: scratch };
    const manifest = await backup(sqlite({ path: source }), { ...options, target: "app" });
    const proof = await verify(sqlite({ path: source }), { ...options, manifest, level: "restore" });
    expect(proof.outcome).toBe("passed");
    expect(await readdir(scratch), "plain copies of killed runs").toEqual([]);
  },
  kills * 5_000,
);
