import { Readable } from "node:stream";
import {
  backup,
  type Engine,
  exitOfRun,
  type Manifest,
  type ProgressEvent,
  pinBackup,
  prune,
  readCatalog,
  runPipeline,
  type Storage,
  unpinBackup,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { at } from "./support/days.ts";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();
const policy = { keep: { daily: 3 }, timeZone: "UTC", anchor: 6 } as const;

async function daily(subject: PipelineSubject, days: number): Promise<readonly Manifest[]> {
  const { repository, engine } = subject;
  const manifests: Manifest[] = [];
  for (let index = 0; index < days; index++) {
    manifests.push(await backup(engine, { repository, target: "toy", now: at(index) }));
  }
  return manifests;
}

test("what the policy does not keep is removed, files, proofs and all", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const manifests = await daily(subject, 5);
  const { removed } = await prune({ repository, target: "toy", policy, now: at(4) });
  expect(removed.toSorted()).toEqual(manifests.slice(0, 2).map(({ id }) => id));
  const keys = await subject.keys();
  for (const id of removed) expect(keys.filter((key) => key.includes(id))).toEqual([]);
  expect((await readCatalog(repository, "toy", signal)).entries).toHaveLength(3);
});

test("a damaged manifest freezes the target", async () => {
  await using subject = await pipelineSubject();
  const [first] = await daily(subject, 5);
  await subject.flip(`toy/backups/${first?.id}/manifest.json`, 20);
  const { removed, plan } = await prune({ repository: subject.repository, target: "toy", policy, now: at(4) });
  expect(removed).toEqual([]);
  expect(plan.frozen).toEqual([expect.stringContaining(`${first?.id}`)]);
});

test("backups of another source never stand in for each other", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const [, second] = await daily(subject, 2);
  const moved: Engine = {
    ...engine,
    probe: async (ctx) => ({ ...(await engine.probe(ctx)), identity: "toy:elsewhere" }),
  };
  for (let index = 2; index < 8; index++) await backup(moved, { repository, target: "toy", now: at(index) });
  const { removed, plan } = await prune({ repository, target: "toy", policy, now: at(7) });
  expect(removed).toHaveLength(3);
  expect(plan.keep.find(({ id }) => id === second?.id)?.reasons).toContain("newest good");
});

test("a pin outlives the policy until it is taken away", async () => {
  await using subject = await pipelineSubject();
  const { repository, storage } = subject;
  const [first] = await daily(subject, 5);
  const id = first?.id ?? "";
  await pinBackup(storage, "toy", id, "before the migration", signal);
  const { removed, plan } = await prune({ repository, target: "toy", policy, now: at(4) });
  expect(removed).not.toContain(id);
  expect(plan.keep.find((kept) => kept.id === id)?.reasons).toContain("pinned: before the migration");
  await unpinBackup(storage, "toy", id, signal);
  expect((await prune({ repository, target: "toy", policy, now: at(4) })).removed).toEqual([id]);
});

test("a pin that comes while a prune is at work still holds its backup", async () => {
  await using subject = await pipelineSubject();
  const { repository, storage } = subject;
  const [first, second] = await daily(subject, 5);
  const pinWhenTheNextIsGone = async (): Promise<void> => {
    await pinBackup(storage, "toy", first?.id ?? "", "just now", signal);
  };
  const report = (event: ProgressEvent): void => {
    if (event.type === "note" && event.message.includes(`${second?.id}`)) pinning.push(pinWhenTheNextIsGone());
  };
  const pinning: Promise<void>[] = [];
  const waiting: Storage = {
    ...storage,
    async *list(...request) {
      await Promise.all(pinning);
      yield* storage.list(...request);
    },
  };
  const pruning = { repository: { ...repository, storage: waiting }, target: "toy", policy, now: at(4), report };
  expect((await prune(pruning)).removed).toEqual([second?.id]);
  expect((await readCatalog(repository, "toy", signal)).entries[0]).toMatchObject({ pin: "just now" });
});

test("what a dead run left is cleaned after the grace time, not before", async () => {
  await using subject = await pipelineSubject();
  const { repository, storage } = subject;
  await daily(subject, 1);
  const key = "toy/backups/20260301T020001Z-000002-00000000/data";
  await storage.put(key, Readable.from([Buffer.from("half")]), { signal, ifExists: "fail" });
  await prune({ repository, target: "toy", policy, now: at(0.9) });
  expect(await subject.keys()).toContain(key);
  const { swept } = await prune({ repository, target: "toy", policy, now: at(1.1) });
  expect(swept).toBe(1);
  expect(await subject.keys()).not.toContain(key);
});

test("a target that lost most of its rows trips the guard: kept, not pruned, exit 13", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  await daily(subject, 5);
  await subject.fill(10);
  const job = subject.job({ retention: policy });
  const { targets } = await runPipeline([{ job, repository }], { now: at(5) });
  expect(targets[0]?.guarded).toMatchObject([
    { object: "size" },
    { object: "rows", message: "10 rows, 10 % of the usual 100" },
  ]);
  expect(targets[0]?.pruned?.removed).toEqual([]);
  expect(exitOfRun(targets)).toBe(13);
  expect((await readCatalog(repository, "toy", signal)).entries.at(-1)?.state).toBe("suspect");
});
