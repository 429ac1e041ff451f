import assert from "node:assert/strict";
import { isDbsaveError } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { assertHolds, changingNothing, overFilledTarget, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { atOnce, byteByByte, inOddPieces, replay } from "./replay.ts";

export const restoringPromises: readonly EnginePromise[] = [
  {
    name: "does not care how the bytes of a backup are cut into pieces",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const contents = await subject.engine.fingerprint(ctx);
      const held = await hold(subject.engine, ctx);
      for (const [index, cut] of [byteByByte, inOddPieces, atOnce].entries()) {
        await restoreInto(trial, replay(held, cut), index > 0);
        await assertHolds(trial, subject.into, contents);
      }
    },
  },
  {
    name: "leaves the source as it is when it restores elsewhere",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const held = await hold(subject.engine, ctx);
      await subject.mutate();
      const before = await subject.snapshot(subject.source);
      await restoreInto(trial, replay(held));
      await restoreInto(trial, replay(held), true);
      assert.equal(await subject.snapshot(subject.source), before, "the source was changed");
    },
  },
  {
    name: "refuses a place that is not empty with TARGET_NOT_EMPTY, and leaves it as it is",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const held = await overFilledTarget(trial);
      const source = replay(held);
      await changingNothing(subject, () => refused(restoreInto(trial, source), "TARGET_NOT_EMPTY"));
      await changingNothing(subject, () =>
        refused(subject.engine.restore({ force: false }, source, ctx), "TARGET_NOT_EMPTY"),
      );
      assert.deepEqual(source.opened, [], "read the backup before it looked at the place");
    },
  },
  {
    name: "moves aside what it replaces when forced, and names it",
    run: async (trial) => {
      const { subject } = trial;
      const held = await overFilledTarget(trial);
      const old = await subject.snapshot(subject.into);
      const { movedAside } = await restoreInto(trial, replay(held), true);
      await assertKept(trial, movedAside, old);
      await assertHolds(trial, subject.into, await subject.engine.fingerprint(trial.ctx));
    },
  },
  {
    name: "restores over its own source when forced, and keeps what was there",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const contents = await subject.engine.fingerprint(ctx);
      const held = await hold(subject.engine, ctx);
      await subject.mutate();
      const newer = await subject.snapshot(subject.source);
      const { movedAside } = await subject.engine.restore({ force: true }, replay(held), ctx);
      await assertKept(trial, movedAside, newer);
      await assertHolds(trial, subject.source, contents);
    },
  },
  {
    name: "keeps all that it moved aside when it is forced twice at the same moment",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const moment = ctx.now();
      const held = await overFilledTarget(trial);
      const again = async (): Promise<readonly string[]> =>
        (await restoreInto(trial, replay(held), true, { now: () => moment })).movedAside;
      const [old, aside] = [await subject.snapshot(subject.into), await again()];
      const [newer, asideNext] = [await subject.snapshot(subject.into), await again().catch(refusedWithCode)];
      await assertKept(trial, aside, old);
      await assertKept(trial, asideNext ?? [subject.into], newer);
    },
  },
  {
    name: "moves nothing aside where nothing was",
    run: async (trial) => {
      const held = await hold(trial.subject.engine, trial.ctx);
      assert.deepEqual((await restoreInto(trial, replay(held), true)).movedAside, []);
    },
  },
];

/** What was moved aside exists under the names that were given, and one of them is the old place. */
async function assertKept({ subject }: EngineTrial, names: readonly string[], old: string): Promise<void> {
  const snapshots = await Promise.all(names.map((name) => subject.snapshot(name)));
  for (const [index, name] of names.entries()) assert.notEqual(snapshots[index], "", `${name} does not exist`);
  assert.ok(snapshots.includes(old), `nothing of ${names.join(", ") || "no place"} is what was there before`);
}

/** To be on the safe side an engine may refuse; then the place is as it was. */
function refusedWithCode(error: unknown): undefined {
  assert.ok(isDbsaveError(error), `failed without a code: ${String(error)}`);
}
