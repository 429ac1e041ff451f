import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  backup,
  type EngineLog,
  keys,
  type LogPolicy,
  openLog,
  type ProgressEvent,
  pinBackup,
  planPrune,
  prune,
  readCatalog,
  runPipeline,
  verify,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { at, day } from "./support/days.ts";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();
const policy = { keep: { daily: 3 }, timeZone: "UTC", anchor: 6 } as const;

/** A log whose file of a name is needed by the backup of that sequence, and by older ones. */
const expendable: EngineLog["expendable"] = (kept, files, since) => {
  const oldest = Math.min(
    ...kept.filter(({ startedAt }) => since === null || startedAt >= since).map((one) => one.sequence),
  );
  return files.filter(({ name }) => Number(name) < oldest);
};
const plan: EngineLog["plan"] = () => Promise.reject(new Error("a run asks for no recovery"));
const log: LogPolicy = { engine: { expendable }, keepMs: null };

/** Five daily backups, and a file of the log after each. */
async function history(subject: PipelineSubject): Promise<readonly string[]> {
  const { repository, engine } = subject;
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1)
    ids.push((await backup(engine, { repository, target: "toy", now: at(index) })).id);
  const store = openLog(repository, "toy", [], signal);
  for (const name of ["1", "2", "3", "4", "5"]) {
    const plainSha256 = createHash("sha256").update(name).digest("hex");
    await store.append({ folder: "source/1", name, plainSha256 }, () => Readable.from([Buffer.from(name)]));
  }
  return ids;
}

async function logOf({ repository }: PipelineSubject): Promise<readonly string[]> {
  return (await openLog(repository, "toy", [], signal).list()).map(({ name }) => name);
}

test("what of the log no kept backup needs goes with the backups, and is told", async () => {
  await using subject = await pipelineSubject();
  await history(subject);
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): void => void events.push(event);
  const pruned = await prune({ repository: subject.repository, target: "toy", policy, log, now: at(4), report });
  expect(pruned.removed).toHaveLength(2);
  expect(pruned.log).toMatchObject({ keptFiles: 3, keptBytes: 3, removedBytes: 2 });
  expect(await logOf(subject)).toEqual(["3", "4", "5"]);
  expect(events.at(-1)).toMatchObject({ phase: "prune", message: expect.stringContaining("2 files of the log, 2 B") });
});

test("a dry run tells what would go, and removes nothing", async () => {
  await using subject = await pipelineSubject();
  await history(subject);
  const planned = await planPrune({ repository: subject.repository, target: "toy", policy, log, now: at(4) });
  expect(planned.log?.remove.map(({ name }) => name)).toEqual(["1", "2"]);
  expect(await logOf(subject)).toHaveLength(5);
});

test("a log goes sooner where recovery to older moments is not asked for", async () => {
  await using subject = await pipelineSubject();
  await history(subject);
  const short = { ...log, keepMs: day };
  const { removed } = await prune({ repository: subject.repository, target: "toy", policy, log: short, now: at(4) });
  expect(removed).toHaveLength(2);
  expect(await logOf(subject)).toEqual(["4", "5"]);
});

test("a frozen plan removes nothing of the log, and neither does a prune that knows no engine", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const [first, second] = await history(subject);
  const options = { repository, target: "toy", policy, now: at(4) };
  expect((await prune({ ...options, log, conditions: { reasons: ["of a test"] } })).log).toMatchObject({ remove: [] });
  expect((await prune(options)).removed).toEqual([second, first]);
  expect(await logOf(subject)).toHaveLength(5);
});

test("a backup that cannot be read may need anything", async () => {
  await using subject = await pipelineSubject();
  const [first] = await history(subject);
  await subject.flip(`toy/backups/${first}/manifest.json`, 20);
  await prune({ repository: subject.repository, target: "toy", policy, log, now: at(4) });
  expect(await logOf(subject)).toHaveLength(5);
});

test("a pinned backup keeps the log that it needs", async () => {
  await using subject = await pipelineSubject();
  const { repository, storage } = subject;
  const [first = ""] = await history(subject);
  await pinBackup(storage, "toy", first, "an audit", signal);
  const { removed } = await prune({ repository, target: "toy", policy, log, now: at(4) });
  expect(removed).toHaveLength(1);
  expect(await logOf(subject)).toHaveLength(5);
});

test("a run prunes the log of an engine that has one, and says so", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  await history(subject);
  const finding = { severity: "error", code: "LOG_INCOMPLETE", object: "4", message: "is missing" } as const;
  const survey: EngineLog["survey"] = async () => ({ windows: [], findings: [finding] });
  const logged = { ...engine, log: { expendable, survey, plan } };
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): void => void events.push(event);
  const job = subject.job({ engine: logged, retention: policy });
  const { targets } = await runPipeline([{ job, repository }], { now: at(5), report });
  expect(await logOf(subject)).toEqual(["4", "5"]);
  expect(events).toContainEqual(
    expect.objectContaining({
      phase: "prune",
      state: "ok",
      message: "3 removed, 3 kept, and 3 files of the log removed",
    }),
  );
  expect(targets[0]).toMatchObject({
    warnings: ["log: 4: is missing"],
    log: { files: 2, bytes: 2, findings: [finding] },
  });
});

test("a log that should be archived and is not is a warning of the run, and so is one that cannot be looked at", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const empty: EngineLog["survey"] = async () => ({ windows: [], findings: [] });
  const broken: EngineLog["survey"] = () => Promise.reject(new Error("of a test"));
  const limits = { keepMs: null, stalledAfterMs: day, maxBytes: null };
  const warningsWith = async (survey: EngineLog["survey"]): Promise<readonly string[]> => {
    const job = subject.job({ engine: { ...engine, log: { expendable, survey, plan } }, log: limits });
    const [result] = (await runPipeline([{ job, repository }])).targets;
    expect(result?.error).toBeUndefined();
    return result?.warnings ?? [];
  };
  expect(await warningsWith(empty)).toEqual(["log: archived log: is empty: nothing was archived yet"]);
  expect(await warningsWith(broken)).toEqual([expect.stringContaining("of a test")]);
});

test("a suspect backup keeps the log that it needs, and does not stand for the good one before it", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const [, , , fourth = ""] = await history(subject);
  await subject.flip(keys.stored("toy", fourth, "data.json"), 5);
  const { entries } = await readCatalog(repository, "toy", signal);
  const suspect = entries.find(({ manifest }) => manifest.id === fourth);
  if (suspect === undefined) throw new Error("no such backup");
  const newestBefore: EngineLog["expendable"] = (kept, files, since) => {
    const base = kept.findLast(({ startedAt }) => since === null || startedAt <= since);
    return files.filter(({ name }) => Number(name) < (base?.sequence ?? 0));
  };
  const short = { engine: { expendable: newestBefore }, keepMs: day };
  const options = { repository, target: "toy", policy: null, log: short, now: at(4) };
  const removed = async () => (await planPrune(options)).log?.remove.map(({ name }) => name);
  expect(await removed()).toEqual(["1", "2", "3"]);
  await verify(engine, { repository, manifest: suspect.manifest, level: "hashes" });
  expect(await removed()).toEqual(["1", "2"]);
});

test("recovery to a short while ago only prunes the log also where all backups are kept", async () => {
  await using subject = await pipelineSubject();
  await history(subject);
  const short = { ...log, keepMs: day };
  const options = { repository: subject.repository, target: "toy", policy: null, log: short, now: at(4) };
  expect((await prune({ ...options, conditions: { lastRunFailed: true } })).log?.remove).toEqual([]);
  const pruned = await prune(options);
  expect([pruned.removed, pruned.plan.keep.length, pruned.plan.frozen]).toEqual([[], 5, []]);
  expect(await logOf(subject)).toEqual(["4", "5"]);
});
