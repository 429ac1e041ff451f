import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  backup,
  exitOfRun,
  findBackup,
  type Job,
  memoryStorage,
  openRepository,
  type ProgressEvent,
  readCatalog,
  readRuns,
  restore,
  runPipeline,
  verify,
} from "@dbsave/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toyEngine } from "../src/engine/toy-engine.ts";

const { signal } = new AbortController();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbsave-test-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function subject(): Promise<{ readonly path: string; readonly job: Job }> {
  const path = join(directory, "toy.json");
  await writeFile(path, JSON.stringify({ users: { ada: "1", bob: "2" } }));
  const retention = { keep: { daily: 7 }, timeZone: "UTC", anchor: 6 } as const;
  const engine = toyEngine({ path });
  return {
    path,
    job: {
      target: "toy",
      engine,
      codecs: [],
      save: "required",
      verify: "restore",
      retention,
      guard: { minSizeRatio: 0.5, minRowsRatio: 0.5 },
      timeZone: "UTC",
    },
  };
}

test("a backup restores to the same contents", async () => {
  const { path, job } = await subject();
  const repository = await openRepository(memoryStorage(), { create: true });
  const manifest = await backup(job.engine, { repository, target: "toy" });
  const catalog = await readCatalog(repository, "toy", signal);
  expect(findBackup(catalog, "latest").manifest).toEqual(manifest);

  const into = join(directory, "copy.json");
  await restore(job.engine, { repository, manifest, into });
  expect(JSON.parse(await readFile(into, "utf8"))).toEqual(JSON.parse(await readFile(path, "utf8")));
});

test("a run proves its backup, keeps a record and ends with exit 0", async () => {
  const { job } = await subject();
  const repository = await openRepository(memoryStorage(), { create: true });
  const events: ProgressEvent[] = [];
  const result = await runPipeline([{ job, repository }], { report: (event) => events.push(event) });
  expect(result.targets[0]?.error).toBeUndefined();
  expect(exitOfRun(result.targets)).toBe(0);
  expect(result.targets[0]?.proof).toMatchObject({ level: "restore", outcome: "passed" });
  const phases = events.filter((event) => event.type === "phase" && event.state === "ok").map((event) => event.phase);
  expect(phases).toEqual(["lock", "probe", "preflight", "save", "backup", "verify", "guard", "prune"]);
  const [record] = await readRuns(repository.storage, 1, signal);
  expect(record?.lines.at(0)).toMatchObject({ type: "run" });
  expect(record?.lines.at(-1)).toMatchObject({ type: "phase", phase: "prune", state: "ok" });
});

test("verify finds a changed byte, names the file and makes the backup suspect", async () => {
  const { job } = await subject();
  const storage = memoryStorage();
  const repository = await openRepository(storage, { create: true });
  const manifest = await backup(job.engine, { repository, target: "toy" });
  const [artifact] = manifest.artifacts;
  const key = `toy/backups/${manifest.id}/${artifact?.storedName}`;
  const { Readable } = await import("node:stream");
  const { buffer } = await import("node:stream/consumers");
  const bytes = await buffer(await storage.get(key, { signal }));
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  await storage.put(key, Readable.from([bytes]), { signal, ifExists: "replace" });
  const proof = await verify(job.engine, { repository, manifest, level: "restore" });
  expect(proof.outcome).toBe("failed");
  expect(proof.findings[0]).toMatchObject({ code: "CHECKSUM_MISMATCH", object: artifact?.storedName });
  const catalog = await readCatalog(repository, "toy", signal);
  expect(catalog.entries[0]?.state).toBe("suspect");
});
