import assert from "node:assert/strict";
import { DbsaveError, ERRORS, type Finding } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { assertTidy, changingNothing, holdEach } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";
import { damages } from "./refusing.ts";
import { allThen, replay } from "./replay.ts";

const lost = new DbsaveError("STORAGE_FAILED", "testkit: the connection was lost");

export const inspectingPromises: readonly EnginePromise[] = [
  {
    name: "finds no fault with a whole backup of any method, without touching the source",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const held of await holdEach(trial)) {
        const findings = await changingNothing(subject, () => subject.engine.inspect(replay(held), ctx));
        assert.deepEqual(errorsIn(findings), []);
        assertReadable(findings);
      }
    },
  },
  {
    name: "finds fault with what is no backup or the half of one",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const held of await holdEach(trial)) {
        for (const damaged of damages(held)) {
          const findings = await subject.engine.inspect(replay(damaged), ctx);
          assert.notEqual(errorsIn(findings).length, 0, `${held.facts.method}: found nothing`);
          assertReadable(findings);
          await assertTidy(ctx);
        }
      }
    },
  },
  {
    name: "passes on the error of a backup that cannot be read to its end, and does not judge it",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const held of await holdEach(trial)) {
        await refused(subject.engine.inspect(replay(held, allThen(lost)), ctx), lost.code);
        await assertTidy(ctx);
      }
    },
  },
];

const errorsIn = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ severity }) => severity === "error");

function assertReadable(findings: readonly Finding[]): void {
  for (const { code, object, message } of findings) {
    assert.ok(Object.hasOwn(ERRORS, code), `${code} is no error code`);
    for (const text of [object, message]) assert.match(text, /\S/, "a finding says nothing");
  }
}
