import { DbsaveError, type Engine, exitOfRun, type Finding, runPipeline } from "@dbsave/core";
import { expect, test } from "vitest";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const methods = ["json", "tables"] as const;

/** The subject's engine whose probe finds something. */
function finding({ engine }: PipelineSubject, ...findings: readonly Finding[]): Engine {
  return { ...engine, probe: async (ctx) => ({ ...(await engine.probe(ctx)), findings }) };
}

test("a target with several methods is saved once, and backed up, proved and guarded by each, in their order", async () => {
  await using subject = await pipelineSubject();
  let saves = 0;
  const { engine, repository } = subject;
  const counting: Engine = { ...engine, save: async (ctx) => engine.save(ctx).finally(() => (saves += 1)) };
  const { targets } = await runPipeline([{ job: subject.job({ engine: counting, methods }), repository }]);
  expect(targets).toMatchObject([
    { target: "toy", method: "json", manifest: { method: "json" }, proof: { outcome: "passed" }, guarded: [] },
    { target: "toy", method: "tables", manifest: { method: "tables" }, proof: { outcome: "passed" }, guarded: [] },
  ]);
  expect(targets.map(({ pruned }) => pruned?.plan.keep.length)).toEqual([undefined, 2]);
  expect(saves).toBe(1);
  expect(exitOfRun(targets)).toBe(0);
});

test("a target without methods is backed up by the first of its engine", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  for (const job of [subject.job(), subject.job({ methods: [] })])
    expect((await runPipeline([{ job, repository }])).targets).toMatchObject([{ method: "json" }]);
});

test("a method that fails does not stop the others, but nothing is pruned", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const broken: Engine = {
    ...engine,
    backup: async (request, sink, ctx) => {
      if (request.method === "json") throw new DbsaveError("BACKUP_FAILED", "toy: broken");
      return await engine.backup(request, sink, ctx);
    },
  };
  const { targets } = await runPipeline([{ job: subject.job({ engine: broken, methods }), repository }]);
  expect(targets).toMatchObject([
    { method: "json", error: { code: "BACKUP_FAILED" } },
    { method: "tables", proof: { outcome: "passed" } },
  ]);
  expect(targets.map(({ pruned }) => pruned)).toEqual([undefined, undefined]);
  expect(exitOfRun(targets)).toBe(3);
});

test("what a probe finds about one method fails that one alone, and is nothing to a run without it", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const about = { severity: "error", code: "PERMISSION_DENIED", object: "role", message: "may not" } as const;
  const engine = finding(subject, { ...about, method: "tables" });
  const both = await runPipeline([{ job: subject.job({ engine, methods }), repository }]);
  expect(both.targets).toMatchObject([{ method: "json", manifest: {} }, { error: { code: "PERMISSION_DENIED" } }]);
  const one = await runPipeline([{ job: subject.job({ engine, methods: ["json"] }), repository }]);
  expect(one.targets).toMatchObject([{ method: "json", warnings: [], pruned: {} }]);
  const other = await runPipeline([{ job: subject.job({ engine, methods: ["tables"] }), repository }]);
  expect(other.targets).toMatchObject([{ error: { code: "PERMISSION_DENIED" } }]);
  expect(other.targets[0]).not.toHaveProperty("method");
});

test("a run that is cancelled in its first method takes no other", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const abort = new AbortController();
  const report = ({ type, ...event }: { type: string; phase?: string }): void => {
    if (type === "phase" && event.phase === "backup") abort.abort();
  };
  const { targets } = await runPipeline([{ job: subject.job({ methods }), repository }], {
    signal: abort.signal,
    report,
  });
  expect(targets).toMatchObject([{ method: "json", error: { code: "ABORTED" } }]);
});

test("each method keeps its own history: retention, guard and space", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const retention = { keep: { last: 1 }, timeZone: "UTC", anchor: 6 } as const;
  const later = (days: number) => () => new Date(Date.now() + days * 86_400_000);
  for (let day = 0; day < 4; day += 1)
    await runPipeline([{ job: subject.job({ methods, retention }), repository }], { now: later(day) });
  const { targets } = await runPipeline([{ job: subject.job({ methods, retention }), repository }], { now: later(4) });
  const kept = targets.at(-1)?.pruned?.plan.keep.map(({ id }) => id) ?? [];
  const ids = targets.map(({ manifest }) => manifest?.id);
  expect(kept).toEqual(expect.arrayContaining(ids));
  expect(kept.length % 2).toBe(0);
  expect(exitOfRun(targets)).toBe(0);
});
