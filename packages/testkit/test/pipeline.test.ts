import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  backup,
  type Codec,
  DbsaveError,
  type Engine,
  exitOfRun,
  findBackup,
  listTargets,
  type ProgressEvent,
  readCatalog,
  readRuns,
  restore,
  runPipeline,
  type Storage,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { toyCompression, toyEncryption } from "../src/codec/toy-codec.ts";
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

test("codecs that are given twice, or compress what is encrypted, are refused before anything is written", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const [zip, seal] = [toyCompression(), toyEncryption()];
  const before = await subject.keys();
  for (const codecs of [
    [seal, zip],
    [zip, zip],
    [zip, seal, seal],
  ]) {
    await expect(backup(engine, { repository, target: "toy", codecs })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
    });
  }
  expect(await subject.keys()).toEqual(before);
});

test("a storage that fails to tell its free space is warned about and used", async () => {
  await using subject = await pipelineSubject();
  const freeBytes = (): Promise<never> => Promise.reject(new DbsaveError("STORAGE_FAILED", "memory: statfs"));
  const repository = { ...subject.repository, storage: { ...subject.storage, freeBytes } };
  const { targets } = await runPipeline([{ job: subject.job(), repository }]);
  expect(targets).toMatchObject([{ manifest: {}, warnings: ["preflight: memory: memory: statfs"] }]);
});

test("a listener that throws costs no backup", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const report = (): never => {
    throw new Error("the listener's own");
  };
  await expect(backup(engine, { repository, target: "toy", report })).resolves.toMatchObject({ target: "toy" });
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

test("a second backup of a target, begun while the first is taken, is told that it is locked", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const begun = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const waiting: Engine = {
    ...engine,
    async backup(...request) {
      begun.resolve();
      await second.promise;
      return await engine.backup(...request);
    },
  };
  const first = backup(waiting, { repository, target: "toy" });
  await begun.promise;
  await expect(backup(engine, { repository, target: "toy" })).rejects.toMatchObject({ code: "LOCKED" });
  second.resolve();
  expect(await first).toMatchObject({ target: "toy" });
});

test("a target may be called backups, and its lock is no target", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const seen: string[] = [];
  const looking: Engine = {
    ...engine,
    async backup(...request) {
      const facts = await engine.backup(...request);
      seen.push(...(await listTargets(repository, signal)));
      return facts;
    },
  };
  await backup(looking, { repository, target: "backups" });
  expect(seen).toEqual(["backups"]);
});

test("a folder with an absurd sequence does not stop the next backup", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const key = "toy/backups/20260101T000000Z-99999999999999999999-00000000/data";
  await storage.put(key, Readable.from([Buffer.from("x")]), { signal, ifExists: "fail" });
  expect(await backup(engine, { repository, target: "toy" })).toMatchObject({ sequence: 1 });
});

test("a clock before 1970 takes a backup, and the sequence goes on", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  await backup(engine, { repository, target: "toy", now: () => new Date("1969-12-31T23:59:59Z") });
  const { id } = await backup(engine, { repository, target: "toy" });
  const catalog = await readCatalog(repository, "toy", signal);
  expect(catalog.entries.map(({ manifest }) => manifest.sequence)).toEqual([1, 2]);
  expect(findBackup(catalog, "latest").manifest.id).toBe(id);
});

const tooLong = "日".repeat(80); // would not fit into the name of a run record
test.each(["../x", "", "a/b", "runs", "locks", "tmp", ".hidden", tooLong])(
  "the target name %j is refused",
  async (target) => {
    await using subject = await pipelineSubject();
    const { repository, engine } = subject;
    await expect(backup(engine, { repository, target })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  },
);

test("an undeclared method is refused before anything happens", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  await expect(backup(engine, { repository, target: "toy", method: "telepathy" })).rejects.toMatchObject({
    code: "UNSUPPORTED",
  });
});
