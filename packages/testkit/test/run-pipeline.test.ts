import { Readable } from "node:stream";
import {
  backup,
  DbsaveError,
  type Engine,
  exitOfRun,
  type ProgressEvent,
  readRuns,
  runPipeline,
  type Storage,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();
const full = (): Promise<never> => Promise.reject(new DbsaveError("NO_SPACE", "memory: full"));

test("a run that is cancelled reports every target left as ABORTED, releases its locks and keeps its records", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const abort = new AbortController();
  const items = ["first", "second", "third"].map((target) => ({ job: subject.job({ target }), repository }));
  const report = (event: ProgressEvent): void => {
    if (event.type === "phase" && event.target === "second" && event.state === "ok") abort.abort();
  };
  const { targets } = await runPipeline(items, { signal: abort.signal, report });
  expect(targets.map(({ target, error }) => [target, error?.code])).toEqual([
    ["first", undefined],
    ["second", "ABORTED"],
    ["third", "ABORTED"],
  ]);
  expect(exitOfRun(targets)).toBe(130);
  const keys = await subject.keys();
  expect(keys.filter((key) => key.startsWith("locks/") || /^(second|third)\//.test(key))).toEqual([]);
  const records = await readRuns(subject.storage, 9, signal);
  expect(records.map(({ id, lines }) => [id.split("-").at(-1), JSON.stringify(lines).includes("ABORTED")])).toEqual([
    ["third", true],
    ["second", true],
    ["first", false],
  ]);
});

test("a record that cannot be stored is a warning and stops nothing", async () => {
  await using subject = await pipelineSubject();
  const storage: Storage = {
    ...subject.storage,
    put: (key, body, options) => (key.startsWith("runs/") ? full() : subject.storage.put(key, body, options)),
  };
  const repository = { ...subject.repository, storage };
  const { targets } = await runPipeline([{ job: subject.job(), repository }]);
  expect(targets).toMatchObject([
    { manifest: {}, proof: { outcome: "passed" }, pruned: {}, warnings: ["record: memory: full"] },
  ]);
  expect(exitOfRun(targets)).toBe(5);
  expect((await subject.keys()).filter((key) => key.startsWith("locks/"))).toEqual([]);
});

test("a mistake in a job is in the record of the run", async () => {
  await using subject = await pipelineSubject();
  const job = subject.job({ methods: ["telepathy"] });
  const { targets } = await runPipeline([{ job, repository: subject.repository }]);
  expect(targets).toMatchObject([{ error: { code: "UNSUPPORTED" } }]);
  const [record] = await readRuns(subject.storage, 1, signal);
  expect(record?.lines.at(-1)).toMatchObject({ state: "failed", message: expect.stringContaining("telepathy") });
});

test("a restore test that the engine can never make is refused before a backup is taken", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const plain: Engine = { ...engine, capabilities: { ...engine.capabilities, scratch: false } };
  const { targets } = await runPipeline([{ job: subject.job({ engine: plain }), repository }]);
  expect(targets).toMatchObject([{ error: { code: "UNSUPPORTED" } }]);
  expect((await subject.keys()).filter((key) => key.startsWith("toy/"))).toEqual([]);
});

test("every warning of a probe is told, and what is only information is none", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const finding = { code: "UNSUPPORTED", object: "toy", message: "old" } as const;
  const probing = (severities: readonly ("info" | "warning")[]): Engine => ({
    ...engine,
    probe: async (ctx) => {
      const findings = severities.map((severity, index) => ({ ...finding, severity, object: `toy ${index}` }));
      return { ...(await engine.probe(ctx)), findings };
    },
  });
  const [first, second] = [probing(["info"]), probing(["warning", "info", "warning"])];
  const told = await runPipeline([first, second].map((each) => ({ job: subject.job({ engine: each }), repository })));
  expect(told.targets.map(({ warnings }) => warnings)).toEqual([[], ["probe: toy 0: old; toy 2: old"]]);
});

const half = "toy/backups/20260301T020001Z-000002-00000000/data";
const leaveHalf = async (storage: Storage): Promise<void> => {
  await storage.put(half, Readable.from([Buffer.from("half")]), { signal, ifExists: "fail" });
};

test("what a killed run left goes before it can be what fills the disk, also when nothing is ever pruned", async () => {
  await using subject = await pipelineSubject();
  await backup(subject.engine, { repository: subject.repository, target: "toy" });
  await leaveHalf(subject.storage);
  const freeBytes = async (): Promise<number> => ((await subject.keys()).includes(half) ? 0 : 1_000_000);
  const repository = { ...subject.repository, storage: { ...subject.storage, freeBytes } };
  const { targets } = await runPipeline([{ job: subject.job({ retention: null, verify: "off" }), repository }]);
  expect(targets[0]?.error).toBeUndefined();
  expect(await subject.keys()).not.toContain(half);
});

test("leftovers that cannot be removed are a warning, and the backup is taken", async () => {
  await using subject = await pipelineSubject();
  await leaveHalf(subject.storage);
  const storage: Storage = {
    ...subject.storage,
    delete: (key, ...rest) => (key === half ? full() : subject.storage.delete(key, ...rest)),
  };
  const repository = { ...subject.repository, storage };
  const { targets } = await runPipeline([{ job: subject.job({ retention: null }), repository }]);
  expect(targets).toMatchObject([{ manifest: {}, warnings: [expect.stringContaining("leftovers")] }]);
});
