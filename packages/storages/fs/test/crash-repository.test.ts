import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  backup,
  type Catalog,
  type Engine,
  type Manifest,
  openRepository,
  prune,
  type Repository,
  readCatalog,
  verify,
} from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { CrashFs, toyEngine } from "@dbsave/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Thousands of crashes, each followed by a whole recovery. */
const timeout = 120_000;
const { signal } = new AbortController();
const target = "toy";
const policy = { keep: { daily: 2 }, timeZone: "UTC", anchor: 6 } as const;
const onDay =
  (day: number): (() => Date) =>
  () =>
    new Date(Date.parse("2026-03-01T02:00:00Z") + day * 86_400_000);

let directory: string;
let engine: Engine;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbsave-test-"));
  await writeFile(join(directory, "toy.json"), JSON.stringify({ users: { ada: "1", bob: "2" } }));
  engine = toyEngine({ path: join(directory, "toy.json") });
});
afterAll(() => rm(directory, { recursive: true }));

async function open(fs: CrashFs): Promise<Repository> {
  return await openRepository(fsStorage({ path: "/repository", fs }), { create: true });
}

/** The repository after a power cut. This process plays the one that died, so the lock it held is taken away by hand. */
async function reopen(fs: CrashFs): Promise<Repository> {
  const repository = await open(fs);
  for await (const { key } of repository.storage.list("locks/", signal)) await repository.storage.delete(key, signal);
  return repository;
}

async function take(repository: Repository, day: number): Promise<Manifest> {
  return await backup(engine, { repository, target, now: onDay(day), scratchRoot: directory });
}

/** A disk with `days` daily backups, all of it durable, and their ids, oldest first. */
async function history(days: number): Promise<{ readonly disk: CrashFs; readonly ids: readonly string[] }> {
  const disk = new CrashFs();
  const repository = await open(disk);
  const ids: string[] = [];
  for (let day = 0; day < days; day++) ids.push((await take(repository, day)).id);
  const durable = disk.statesAfterCrash(disk.operations.length).find(({ name }) => name === "none lost");
  if (durable === undefined) throw new Error("the crash double lost its name for nothing lost");
  return { disk: durable.mount(), ids };
}

/** Reads the catalog as the next start would, and proves every listed backup byte by byte. */
async function wholeBackups(repository: Repository, after: string): Promise<readonly string[]> {
  const catalog: Catalog = await readCatalog(repository, target, signal);
  expect(catalog.damaged, after).toEqual([]);
  for (const { manifest } of catalog.entries) {
    const proof = await verify(engine, { repository, manifest, level: "hashes", now: onDay(90) });
    expect(proof.outcome, `${after}: ${proof.summary}`).toBe("passed");
  }
  return catalog.entries.map(({ manifest }) => manifest.id);
}

test(
  "a power cut at any point of a backup leaves the old backups or the old and the new, whole; the next backup works",
  async () => {
    const { disk, ids } = await history(2);
    const { id } = await take(await open(disk), 2);
    const outcomes = new Set<number>();
    for (const crash of disk.everyCrash()) {
      const repository = await reopen(crash.mount());
      const listed = await wholeBackups(repository, crash.name);
      expect(listed, crash.name).toEqual(listed.length === 3 ? [...ids, id] : ids);
      outcomes.add(listed.length);
      const next = await take(repository, 3);
      const { entries } = await readCatalog(repository, target, signal);
      expect(entries.at(-1)?.manifest.id, crash.name).toBe(next.id);
    }
    expect(outcomes).toEqual(new Set([2, 3]));
  },
  timeout,
);

test(
  "a power cut at any point of a prune leaves whole backups, all that must stay among them; the next prune finishes",
  async () => {
    const { disk, ids } = await history(4);
    const { removed } = await prune({ repository: await open(disk), target, policy, now: onDay(3.5) });
    expect(removed).toEqual([ids[1], ids[0]]);
    const outcomes = new Set<number>();
    for (const crash of disk.everyCrash()) {
      const repository = await reopen(crash.mount());
      const listed = await wholeBackups(repository, crash.name);
      expect(listed.slice(-2), crash.name).toEqual(ids.slice(2));
      outcomes.add(listed.length);
      await prune({ repository, target, policy, now: onDay(3.6) });
      expect(await wholeBackups(repository, crash.name), crash.name).toEqual(ids.slice(2));
      const left: string[] = [];
      for await (const { key } of repository.storage.list(`${target}/`, signal)) left.push(key);
      expect(
        left.filter((key) => removed.some((gone) => key.includes(gone))),
        crash.name,
      ).toEqual([]);
    }
    expect(outcomes).toEqual(new Set([2, 3, 4]));
  },
  timeout,
);

test("a power cut while a repository is made leaves none or a whole one", async () => {
  const disk = new CrashFs();
  await open(disk);
  for (const crash of disk.everyCrash()) {
    await using repository = await open(crash.mount());
    expect(repository.id, crash.name).toMatch(/^[0-9a-f-]{36}$/);
  }
});
