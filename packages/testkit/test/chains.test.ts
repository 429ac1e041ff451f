import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import {
  backup,
  type IncrementalPolicy,
  keys,
  type Manifest,
  pinBackup,
  planPrune,
  prune,
  readCatalog,
  restore,
  runPipeline,
  verify,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { readToyData, writeToyData } from "../src/engine/toy-data.ts";
import { at, day } from "./support/days.ts";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();
const weekly: IncrementalPolicy = { fullEveryMs: 7 * day, longestChain: 3 };

/** One backup a day, of a database that gets one table more each day. */
async function daily(
  subject: PipelineSubject,
  from: number,
  days: number,
  incremental = weekly,
): Promise<readonly Manifest[]> {
  const { repository, engine, directory } = subject;
  const manifests: Manifest[] = [];
  for (let index = from; index < from + days; index++) {
    const path = join(directory, "toy.json");
    await writeToyData(path, { ...(await readToyData(path)), [`day ${index}`]: { number: `${index}` } });
    manifests.push(await backup(engine, { repository, target: "toy", incremental, now: at(index) }));
  }
  return manifests;
}

const parents = (manifests: readonly Manifest[]) =>
  manifests.map(({ parent }) => manifests.findIndex(({ id }) => id === parent));

test("incrementals are taken upon the newest backup until the chain is long or old enough, and each full one says why", async () => {
  await using subject = await pipelineSubject();
  const long = await daily(subject, 0, 6);
  expect(long.map(({ kind }) => kind)).toEqual(["full", ...Array(3).fill("incremental"), "full", "incremental"]);
  expect(parents(long)).toEqual([-1, 0, 1, 2, -1, 4]);
  expect(long.map(({ details }) => details["fullBecause"])).toEqual([
    "there is no backup to take it upon",
    undefined,
    undefined,
    undefined,
    `${long[0]?.id} has 3 upon it, and the longest chain is 3`,
    undefined,
  ]);
  const [old] = await daily(subject, 11, 1);
  expect(old?.details["fullBecause"]).toBe(`${long[4]?.id}, the last full one, is older than 7 d`);
});

test("the pipeline takes and proves incrementals of a job, and does not compare their size with that of others", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  await daily(subject, 0, 1);
  const job = subject.job({ incremental: weekly, methods: ["json"] });
  const { targets } = await runPipeline([{ job, repository }], { now: at(1) });
  expect(targets).toMatchObject([{ manifest: { kind: "incremental" }, proof: { outcome: "passed" }, warnings: [] }]);
});

test("a chain restores whole, and says by name what is missing or damaged below", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage, directory } = subject;
  const [full, , last] = await daily(subject, 0, 3);
  const into = join(directory, "restored.json");
  if (full === undefined || last === undefined) throw new Error("too few backups");
  await restore(engine, { repository, manifest: last, into });
  expect(await readToyData(into)).toEqual(await readToyData(join(directory, "toy.json")));
  const text = (await buffer(await storage.get(keys.stored("toy", last.id, "RESTORE.md"), { signal }))).toString();
  expect(text).toContain(`(cd ../*${full.id} && sha256sum -c SHA256SUMS)`);

  await subject.flip(keys.stored("toy", full.id, "data.json"), 5);
  const again = { repository, manifest: last, into: join(directory, "again.json") };
  await expect(restore(engine, again)).rejects.toMatchObject({
    code: "CHECKSUM_MISMATCH",
    message: expect.stringContaining(full.id),
  });
  const [next] = await daily(subject, 3, 1);
  expect(next).toMatchObject({ kind: "full", details: { fullBecause: expect.stringContaining(full.id) } });

  await storage.delete(keys.manifest("toy", full.id), signal);
  const gone = { code: "BACKUP_NOT_FOUND", message: expect.stringContaining(full.id) };
  await expect(restore(engine, again)).rejects.toMatchObject(gone);
  expect(await verify(engine, { repository, manifest: last, level: "hashes" })).toMatchObject({
    outcome: "failed",
    findings: [gone],
  });
});

test("what stands upon a suspect or missing backup is suspect, and nothing more is taken upon it", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const [full, second] = await daily(subject, 0, 3);
  if (full === undefined || second === undefined) throw new Error("too few backups");
  await subject.flip(keys.stored("toy", second.id, "data.json"), 5);
  await verify(engine, { repository, manifest: second, level: "hashes" });
  const states = async () => (await readCatalog(repository, "toy", signal)).entries.map(({ state }) => state);
  expect(await states()).toEqual(["good", "suspect", "suspect"]);
  const [next] = await daily(subject, 3, 1);
  expect(next).toMatchObject({ kind: "full", details: { fullBecause: expect.stringContaining("failed a check") } });
  await storage.delete(keys.manifest("toy", full.id), signal);
  expect(await states()).toEqual(["suspect", "suspect", "good"]);
});

test("pruning keeps chains whole, deletes children first, and a pin holds what the pinned needs", async () => {
  await using subject = await pipelineSubject();
  const { repository, storage } = subject;
  const manifests = await daily(subject, 0, 12);
  const pinned = manifests[2];
  if (pinned === undefined) throw new Error("too few backups");
  await pinBackup(storage, "toy", pinned.id, "for the auditor", signal);
  const policy = { keep: { daily: 2 }, timeZone: "UTC", anchor: 6 } as const;
  const conditions = { allowMassDelete: true };
  const options = { repository, target: "toy", policy, conditions, now: at(11) };
  const { plan } = await planPrune(options);
  const kept = new Set(plan.keep.map(({ id }) => id));
  expect(manifests.slice(0, 4).map(({ id }) => kept.has(id))).toEqual([true, true, true, false]);
  expect(plan.keep.find(({ id }) => id === manifests[0]?.id)?.reasons).toContain(`parent of ${manifests[1]?.id}`);
  const { removed } = await prune(options);
  expect(removed).toEqual(removed.toSorted().toReversed());
  const { entries } = await readCatalog(repository, "toy", signal);
  expect(entries.every(({ state }) => state === "good")).toBe(true);
});

test("in a target with several methods chains and their pins are kept, and the newest of each method", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const [chain, alone]: [Manifest[], Manifest[]] = [[], []];
  for (let index = 0; index < 9; index += 1) {
    chain.push(...(await daily(subject, index, 1)));
    alone.push(await backup(engine, { repository, target: "toy", method: "tables", now: at(index + 0.5) }));
  }
  expect(parents(chain)).toEqual([-1, 0, 1, 2, -1, 4, 5, 6, -1]);
  await pinBackup(storage, "toy", chain[1]?.id ?? "", "for the auditor", signal);
  const policy = { keep: { last: 1 }, timeZone: "UTC", anchor: 6 } as const;
  await prune({ repository, target: "toy", policy, conditions: { allowMassDelete: true }, now: at(12) });
  const { entries } = await readCatalog(repository, "toy", signal);
  const isKept = ({ id }: Manifest): boolean => entries.some(({ manifest }) => manifest.id === id);
  expect(entries.every(({ state }) => state === "good")).toBe(true);
  expect(chain.map(isKept)).toEqual([true, true, false, false, true, false, false, false, true]);
  expect(alone.map(isKept)).toEqual([...Array(7).fill(false), true, true]);
});
