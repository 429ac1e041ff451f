import assert from "node:assert/strict";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { DbsaveError } from "@dbsave/core";
import { heldBytes } from "../held-bytes.ts";
import { refused } from "../storage/storage-steps.ts";
import { assertHolds, assertTidy, changingNothing, fullRequests, restoreInto } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";
import { full, hold } from "./held-backup.ts";
import { memorySink, type SinkMoment, stallingSink } from "./memory-sink.ts";
import { replay } from "./replay.ts";

const MiB = 1024 * 1024;
const heldAtMost = 16 * MiB;
const moments: readonly SinkMoment[] = ["begin", "chunk", "end"];

export const handingOverPromises: readonly EnginePromise[] = [
  {
    name: "is done with a backup only when every artifact is stored",
    run: async ({ subject: { engine }, ctx }) => {
      for (const request of fullRequests(engine)) {
        const sink = memorySink(async (moment) => {
          if (moment === "end") for (let turns = 0; turns < 100; turns += 1) await nextTurn();
        });
        await engine.backup(request, sink, ctx);
        assert.equal(sink.pending(), 0, "artifacts were still being stored");
      }
    },
  },
  {
    name: "passes on the error of a sink, whenever it comes, and closes every stream",
    run: async ({ subject, ctx }) => {
      for (const request of fullRequests(subject.engine)) {
        const { artifacts } = await hold(subject.engine, ctx, request);
        for (const [name, moment] of artifacts.flatMap(({ info }) => moments.map((at) => [info.name, at] as const))) {
          const sink = memorySink((now, info) => {
            if (now === moment && info.name === name) throw new DbsaveError("NO_SPACE", "testkit: the disk is full");
          });
          await changingNothing(subject, () => refused(subject.engine.backup(request, sink, ctx), "NO_SPACE"));
          assert.equal(sink.pending(), 0, "artifacts were still being stored");
          assert.ok(
            sink.bodies.every(({ destroyed }) => destroyed),
            "a stream is still open",
          );
          await assertTidy(ctx);
        }
      }
    },
  },
  {
    name: "backs up whole when the backup before it failed",
    run: async (trial) => {
      const { engine, into } = trial.subject;
      const sink = memorySink((moment) => {
        if (moment === "end") throw new DbsaveError("NO_SPACE", "testkit: the disk is full");
      });
      await refused(engine.backup(full, sink, trial.ctx), "NO_SPACE");
      const contents = await engine.fingerprint(trial.ctx);
      await restoreInto(trial, replay(await hold(engine, trial.ctx)));
      await assertHolds(trial, into, contents);
    },
  },
  {
    name: "waits for a sink that stalls instead of keeping the data in memory",
    needs: "grow",
    run: async ({ subject, ctx }) => {
      await subject.grow?.();
      for (const request of fullRequests(subject.engine)) {
        const before = await settledBytes(); // what growing left behind is freed a while after its collection
        const sink = stallingSink("begin");
        const backup = subject.engine.backup(request, sink, ctx);
        await Promise.race([sink.stalled, backup]);
        const held = (await settledBytes()) - before;
        sink.release();
        await refused(backup, "STORAGE_FAILED");
        assert.ok(held <= heldAtMost, `${request.method}: ${Math.round(held / MiB)} MiB are held in memory`);
      }
    },
  },
];

/** What is held in memory when it has stopped changing. */
async function settledBytes(): Promise<number> {
  let seen = heldBytes();
  for (let quiet = 0; quiet < 5; ) {
    await wait(20);
    const now = heldBytes();
    quiet = Math.abs(now - seen) < MiB ? quiet + 1 : 0;
    seen = now;
  }
  return seen;
}
