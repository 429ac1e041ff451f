import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  backup,
  type Codec,
  DbsaveError,
  type Engine,
  exitOfRun,
  findBackup,
  type ProgressEvent,
  readCatalog,
  readRuns,
  restore,
  runPipeline,
  type Storage,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();

test("a backup restores to the same contents", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, directory } = subject;
  const manifest = await backup(engine, { repository, target: "toy", scratchRoot: directory });
  const catalog = await readCatalog(repository, "toy", signal);
  expect(findBackup(catalog, "latest").manifest).toEqual(manifest);

  const into = join(directory, "copy.json");
  await restore(engine, { repository, manifest, into, scratchRoot: directory });
  const source = await readFile(join(directory, "toy.json"), "utf8");
  expect(JSON.parse(await readFile(into, "utf8"))).toEqual(JSON.parse(source));
  expect(await subject.scratch()).toEqual([]);
});

test("a run proves its backup, records every phase and ends with exit 0", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const events: ProgressEvent[] = [];
  const result = await runPipeline([{ job: subject.job(), repository }], { report: (event) => events.push(event) });
  expect(result.targets[0]?.error).toBeUndefined();
  expect(exitOfRun(result.targets)).toBe(0);
  expect(result.targets[0]?.proof).toMatchObject({ level: "restore", outcome: "passed" });
  const phases = events.filter((event) => event.type === "phase" && event.state === "ok").map((event) => event.phase);
  expect(phases).toEqual(["lock", "probe", "preflight", "save", "backup", "verify", "guard", "prune"]);
  const [record] = await readRuns(repository.storage, 1, signal);
  const recorded = record?.lines.filter((line) => line["state"] === "ok").map((line) => line["phase"]);
  expect(recorded).toEqual(phases);
});

const failingSave = (engine: Engine): Engine => ({
  ...engine,
  save: () => Promise.reject(new DbsaveError("SAVE_FAILED", "toy: the disk is on fire: flush")),
});

test("a required save that fails stops the target before any backup", async () => {
  await using subject = await pipelineSubject();
  const job = subject.job({ engine: failingSave(subject.engine) });
  const { targets } = await runPipeline([{ job, repository: subject.repository }]);
  expect(targets[0]?.error).toMatchObject({ code: "SAVE_FAILED" });
  expect((await subject.keys()).filter((key) => key.startsWith("toy/"))).toEqual([]);
});

test("an optional save that fails is a warning, recorded in the manifest", async () => {
  await using subject = await pipelineSubject();
  const job = subject.job({ engine: failingSave(subject.engine), save: "optional" });
  const { targets } = await runPipeline([{ job, repository: subject.repository }]);
  expect(targets[0]?.manifest?.save).toMatchObject({ state: "failed", message: expect.stringContaining("on fire") });
  expect(targets[0]?.warnings).toEqual([expect.stringContaining("on fire")]);
  expect(exitOfRun(targets)).toBe(5);
});

test("a target that fails does not stop the others, and the run ends with exit 3", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const items = [
    { job: subject.job({ engine: failingSave(subject.engine), target: "first" }), repository },
    { job: subject.job({ target: "second" }), repository },
  ];
  const { targets } = await runPipeline(items);
  expect(targets.map(({ error }) => error?.code)).toEqual(["SAVE_FAILED", undefined]);
  expect(exitOfRun(targets)).toBe(3);
});

test("encryption that cannot work stops a backup before any byte of it is written", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const impossible = {
    name: "age",
    kind: "encryption",
    check: () => Promise.reject(new DbsaveError("ENCRYPTION_IMPOSSIBLE", "age: no recipients")),
  } as unknown as Codec;
  const before = await subject.keys();
  await expect(backup(engine, { repository, target: "toy", codecs: [impossible] })).rejects.toMatchObject({
    code: "ENCRYPTION_IMPOSSIBLE",
  });
  expect(await subject.keys()).toEqual(before);
});

test("a storage that loses bytes and says stored is found out by reading back, and nothing is listed", async () => {
  await using subject = await pipelineSubject();
  const lying: Storage = {
    ...subject.storage,
    put: async (key, body, options) => {
      const info = await subject.storage.put(key, body, options);
      if (key.endsWith("data.json")) await subject.flip(key, 5);
      return info;
    },
  };
  const repository = { ...subject.repository, storage: lying };
  await expect(backup(subject.engine, { repository, target: "toy" })).rejects.toMatchObject({
    code: "CHECKSUM_MISMATCH",
  });
  expect((await readCatalog(subject.repository, "toy", signal)).entries).toEqual([]);
});

test("cancelling a backup lists nothing and leaves nothing behind", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, directory } = subject;
  const abort = new AbortController();
  const cancelled: Engine = {
    ...engine,
    backup: (request, sink, ctx) => {
      const write: typeof sink.write = (info, body) => {
        abort.abort();
        return sink.write(info, body);
      };
      return engine.backup(request, { write }, ctx);
    },
  };
  const options = { repository, target: "toy", signal: abort.signal, scratchRoot: directory };
  await expect(backup(cancelled, options)).rejects.toMatchObject({ code: "ABORTED" });
  expect((await subject.keys()).filter((key) => !key.startsWith("runs/"))).toEqual(["dbsave.json"]);
  expect(await subject.scratch()).toEqual([]);
});

test("a run that lost its lock commits nothing", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const slow: Engine = {
    ...engine,
    backup: async (request, sink, ctx) => {
      const facts = await engine.backup(request, sink, ctx);
      for await (const { key } of storage.list("locks/", signal)) await storage.delete(key, signal);
      return facts;
    },
  };
  await expect(backup(slow, { repository, target: "toy" })).rejects.toMatchObject({ code: "LOCK_LOST" });
  expect((await subject.keys()).filter((key) => key.startsWith("toy/"))).toEqual([]);
});

test("two backups of one target at once: one works, the other is told that it is locked", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const both = await Promise.allSettled([1, 2].map(() => backup(engine, { repository, target: "toy" })));
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(both.find((result) => result.status === "rejected")?.reason).toMatchObject({ code: "LOCKED" });
});

test.each(["../x", "", "a/b", "runs", "locks", "tmp", ".hidden"])("the target name %j is refused", async (target) => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  await expect(backup(engine, { repository, target })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
});

test("an undeclared method or kind is refused before anything happens", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  for (const wrong of [{ method: "telepathy" }, { kind: "incremental" }] as const) {
    await expect(backup(engine, { repository, target: "toy", ...wrong })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  }
});
