import { DbsaveError } from "@dbsave/core";
import { noise } from "../codec/sample-bytes.ts";
import { refused } from "../storage/storage-steps.ts";
import {
  assertFails,
  assertHolds,
  assertTidy,
  changingNothing,
  holdEach,
  overFilledTarget,
  restoreInto,
} from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { type HeldBackup, hold, withDamage } from "./held-backup.ts";
import { allThen, type Direct, halfThen, replay } from "./replay.ts";

const lost = new DbsaveError("STORAGE_FAILED", "testkit: the connection was lost");
const altered = new DbsaveError("CHECKSUM_MISMATCH", "testkit: these are not the bytes that were stored");

/** Restoring what cannot be restored: `into` is as it was, empty or full. */
export const refusingPromises: readonly EnginePromise[] = [
  {
    name: "passes on the error of a backup that breaks off in its middle, and leaves the place as it was",
    run: (trial) => onEmptyAndFull(trial, (held, force) => failsWith(trial, held, force, halfThen(lost), lost)),
  },
  {
    name: "passes on the error of a backup that is found damaged at its very end, and leaves the place as it was",
    run: (trial) => onEmptyAndFull(trial, (held, force) => failsWith(trial, held, force, allThen(altered), altered)),
  },
  {
    name: "passes on the error of a backup that cannot be opened, and leaves the place as it was",
    run: (trial) =>
      onEmptyAndFull(trial, async (held, force) => {
        const source = { ...replay(held), open: () => Promise.reject(lost) };
        await refused(restoreInto(trial, source, force), lost.code);
      }),
  },
  {
    name: "fails on what is no backup or the half of one, and leaves the place as it was",
    run: (trial) =>
      onEmptyAndFull(trial, async (held, force) => {
        for (const damaged of damages(held)) {
          await assertFails(restoreInto(trial, replay(damaged), force), "a restore of something damaged");
        }
      }),
  },
  {
    name: "restores whole when the restore before it failed",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const contents = await subject.engine.fingerprint(ctx);
      const held = await hold(subject.engine, ctx);
      await failsWith(trial, held, false, allThen(altered), altered);
      await restoreInto(trial, replay(held));
      await assertHolds(trial, subject.into, contents);
    },
  },
];

/** Cut in half, and something else altogether. A checksum finds less damage; it is not the engine's to look for. */
export function damages(held: HeldBackup): readonly HeldBackup[] {
  return [
    withDamage(held, (bytes) => bytes.subarray(0, bytes.length / 2)),
    withDamage(held, (bytes) => noise(bytes.length)),
  ];
}

async function failsWith(trial: EngineTrial, held: HeldBackup, force: boolean, direct: Direct, error: DbsaveError) {
  await refused(restoreInto(trial, replay(held, direct), force), error.code);
}

/** For each method: first into the empty place, then by force into a full one. */
async function onEmptyAndFull(
  trial: EngineTrial,
  attempt: (held: HeldBackup, force: boolean) => Promise<void>,
): Promise<void> {
  const { subject, ctx } = trial;
  const backups = await holdEach(trial);
  for (const isFull of [false, true]) {
    if (isFull) await overFilledTarget(trial);
    for (const held of backups) {
      await changingNothing(subject, () => attempt(held, isFull));
      await assertTidy(ctx);
    }
  }
}
