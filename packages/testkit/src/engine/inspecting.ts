import assert from "node:assert/strict";
import { DbsaveError, ERRORS, type Finding } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { assertTidy, changingNothing, fullRequests } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { damages } from "./refusing.ts";
import { allThen, replay } from "./replay.ts";

const lost = new DbsaveError("STORAGE_FAILED", "testkit: the connection was lost");

export const inspectingPromises: readonly EnginePromise[] = [
  {
    name: "finds no fault with a whole backup of any method, without touching the source",
    run: async ({ subject, ctx }) => {
      for (const request of fullRequests(subject.engine)) {
        const held = await hold(subject.engine, ctx, request);
        const findings = await changingNothing(subject, () => subject.engine.inspect(replay(held), ctx));
        assert.deepEqual(errorsIn(findings), []);
        assertReadable(findings);
      }
    },
  },
  {
    name: "finds fault with what is no backup or the half of one",
    run: async ({ subject: { engine }, ctx }) => {
      for (const request of fullRequests(engine)) {
        for (const damaged of damages(await hold(engine, ctx, request))) {
          const findings = await engine.inspect(replay(damaged), ctx);
          assert.notDeepEqual(errorsIn(findings), [], `${request.method}: found nothing`);
          assertReadable(findings);
          await assertTidy(ctx);
        }
      }
    },
  },
  {
    name: "passes on the error of a backup that cannot be read to its end, and does not judge it",
    run: async ({ subject: { engine }, ctx }) => {
      for (const request of fullRequests(engine)) {
        const source = replay(await hold(engine, ctx, request), allThen(lost));
        await refused(engine.inspect(source, ctx), lost.code);
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
