import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Engine, type Job, memoryStorage, openRepository, type Repository, type Storage } from "@dbsave/core";
import { toyEngine } from "../../src/engine/toy-engine.ts";

const { signal } = new AbortController();

/** A toy database, a repository in memory and a job that joins them, in a directory that disposing removes. */
export interface PipelineSubject extends AsyncDisposable {
  readonly directory: string;
  readonly storage: Storage;
  readonly repository: Repository;
  readonly engine: Engine;
  /** The job with some members replaced. */
  job(changes?: Partial<Job>): Job;
  /** Replaces the toy's contents by so many rows. */
  fill(rows: number): Promise<void>;
  /** Every key in the storage. */
  keys(): Promise<readonly string[]>;
  /** Changes one byte of one object behind everyone's back. */
  flip(key: string, index: number): Promise<void>;
  /** What is left in the scratch root. */
  scratch(): Promise<readonly string[]>;
}

export async function pipelineSubject(): Promise<PipelineSubject> {
  const directory = await mkdtemp(join(tmpdir(), "dbsave-test-"));
  const path = join(directory, "toy.json");
  const storage = memoryStorage();
  const engine = toyEngine({ path });
  const fill = async (rows: number): Promise<void> => {
    const users = Object.fromEntries(Array.from({ length: rows }, (_, index) => [`user-${index}`, `${index * 7}`]));
    await writeFile(path, JSON.stringify({ users }));
  };
  await fill(100);
  return {
    directory,
    storage,
    repository: await openRepository(storage, { create: true }),
    engine,
    job: (changes = {}) => ({
      target: "toy",
      engine,
      codecs: [],
      save: "required",
      verify: "restore",
      retention: { keep: { daily: 7 }, timeZone: "UTC", anchor: 6 },
      guard: { minSizeRatio: 0.5, minRowsRatio: 0.5 },
      timeZone: "UTC",
      ...changes,
    }),
    fill,
    keys: async () => (await Array.fromAsync(storage.list("", signal))).map(({ key }) => key),
    flip: async (key, index) => {
      const bytes = await buffer(await storage.get(key, { signal }));
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      await storage.put(key, Readable.from([bytes]), { signal, ifExists: "replace" });
    },
    scratch: async () => (await readdir(directory)).filter((name) => name.startsWith("dbsave-")),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
