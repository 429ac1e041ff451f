import assert from "node:assert/strict";
import { compareRestored, type ErrorCode, type RestoreSelection } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { changingNothing, restoreInto, restorePart } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

const selectors: readonly (keyof RestoreSelection)[] = ["databases", "schemas", "tables"];

/** Restoring a part of a backup. */
export const selectingPromises: readonly EnginePromise[] = [
  {
    name: "restores a part of a backup alone, and says what must be there",
    needs: "part",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const held = await hold(subject.engine, ctx);
      const report = await restorePart(trial, replay(held), subject.part ?? {});
      assert.ok(report.restored !== undefined, "does not say what must be there");
      const { differences, items } = await compareRestored(
        subject.engine,
        { manifest: held.manifest, into: subject.into },
        report,
      );
      assert.deepEqual(differences, []);
      assert.ok(items > 0, "says that nothing must be there");
      assert.ok(items < (held.manifest.fingerprint?.items.length ?? 0), "says that everything must be there");
      assert.notEqual(
        await subject.snapshot(subject.into),
        await subject.snapshot(subject.source),
        "restored all of it",
      );
    },
  },
  {
    name: "never puts a part of a backup where something is, not even when forced",
    needs: "part",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const held = await hold(subject.engine, ctx);
      await restoreInto(trial, replay(held));
      const attempt = () => restorePart(trial, replay(held), subject.part ?? {}, true);
      await changingNothing(subject, () => refused(attempt(), "TARGET_NOT_EMPTY"));
    },
  },
  {
    name: "refuses with SOURCE_NOT_FOUND a part that the backup does not hold, and changes nothing",
    needs: "part",
    run: (trial) => refusesEach(trial, trial.subject.engine.capabilities.selects, "SOURCE_NOT_FOUND"),
  },
  {
    name: "refuses with UNSUPPORTED a part that it cannot restore alone, and changes nothing",
    run: (trial) => {
      const { selects } = trial.subject.engine.capabilities;
      const others = selectors.filter((selector) => !selects.includes(selector));
      return refusesEach(trial, others, "UNSUPPORTED");
    },
  },
];

async function refusesEach(
  trial: EngineTrial,
  asked: EngineTrial["subject"]["engine"]["capabilities"]["selects"],
  code: ErrorCode,
) {
  const { subject, ctx } = trial;
  const held = await hold(subject.engine, ctx);
  for (const selector of asked) {
    const select = { [selector]: ["no.such_name"] };
    const source = replay(held);
    await changingNothing(subject, () => refused(restorePart(trial, source, select), code));
    const request = { into: subject.into, force: false, select };
    await refused(subject.engine.planRestore(request, replay(held), ctx), code);
    if (code === "UNSUPPORTED") assert.deepEqual(source.opened, [], "read the backup before it refused");
  }
}
