import assert from "node:assert/strict";
import type { Finding, RestorePlan, RestoreRequest } from "@dbsave/core";
import { changingNothing, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { type HeldBackup, hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

export const planningPromises: readonly EnginePromise[] = [
  {
    name: "plans a restore step by step, and changes nothing",
    run: async (trial) => {
      const held = await hold(trial.subject.engine, trial.ctx);
      const { target, steps, findings } = await plan(trial, held, { into: trial.subject.into, force: false });
      assert.deepEqual(errorsIn(findings), []);
      assert.ok(steps.length > 0, "the plan has no step");
      for (const step of steps) assert.match(step, /^\S.*\S$/, "a step is not one line");
      assert.equal((await restoreInto(trial, replay(held))).target, target, "another place was planned than restored");
    },
  },
  {
    name: "foretells in a plan that a place is not empty, unless it may be moved aside",
    run: async (trial) => {
      const { into } = trial.subject;
      const held = await hold(trial.subject.engine, trial.ctx);
      const empty = await plan(trial, held, { into, force: false });
      await restoreInto(trial, replay(held));
      for (const place of [{ into }, {}]) {
        const refused = await plan(trial, held, { ...place, force: false });
        assert.deepEqual(errorsIn(refused.findings), ["TARGET_NOT_EMPTY"]);
        const forced = await plan(trial, held, { ...place, force: true });
        assert.deepEqual(errorsIn(forced.findings), []);
        assert.notDeepEqual(forced.steps, empty.steps, "the plan does not say that something is moved aside");
      }
    },
  },
];

async function plan({ subject, ctx }: EngineTrial, held: HeldBackup, request: RestoreRequest): Promise<RestorePlan> {
  return await changingNothing(subject, () => subject.engine.planRestore(request, replay(held), ctx));
}

const errorsIn = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
