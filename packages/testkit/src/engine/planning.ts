import assert from "node:assert/strict";
import type { Finding, RestorePlan } from "@dbsave/core";
import { changingNothing, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

export const planningPromises: readonly EnginePromise[] = [
  {
    name: "plans a restore step by step, and changes nothing",
    run: async (trial) => {
      const { target, steps, findings } = await plan(trial, { into: trial.subject.into, force: false });
      assert.deepEqual(errorsIn(findings), []);
      assert.ok(steps.length > 0, "the plan has no step");
      for (const step of steps) assert.match(step, /^\S.*\S$/, "a step is not one line");
      const held = await hold(trial.subject.engine, trial.ctx);
      assert.equal((await restoreInto(trial, replay(held))).target, target, "another place was planned than restored");
    },
  },
  {
    name: "foretells in a plan that a place is not empty, unless it may be moved aside",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const empty = await plan(trial, { into: trial.subject.into, force: false });
      await restoreInto(trial, replay(await hold(subject.engine, ctx)));
      for (const into of [subject.into, undefined]) {
        assert.deepEqual(errorsIn((await plan(trial, { into, force: false })).findings), ["TARGET_NOT_EMPTY"]);
        const forced = await plan(trial, { into, force: true });
        assert.deepEqual(errorsIn(forced.findings), []);
        assert.notDeepEqual(forced.steps, empty.steps, "the plan does not say that something is moved aside");
      }
    },
  },
];

async function plan(
  { subject, ctx }: EngineTrial,
  { into, force }: { readonly into?: string | undefined; readonly force: boolean },
): Promise<RestorePlan> {
  const { manifest } = await hold(subject.engine, ctx);
  const request = into === undefined ? { force } : { into, force };
  return await changingNothing(subject, () => subject.engine.planRestore(request, manifest, ctx));
}

const errorsIn = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
