import assert from "node:assert/strict";
import { inTime, refused } from "../storage/storage-steps.ts";
import { assertTidy, changingNothing, fullRequests, overFilledTarget, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { full, type HeldBackup, hold } from "./held-backup.ts";
import { memorySink, stallingSink } from "./memory-sink.ts";
import { halfThen, replay } from "./replay.ts";

export const cancellingPromises: readonly EnginePromise[] = [
  {
    name: "does nothing that is cancelled before it begins",
    run: async ({ subject, ctx, patienceMs }) => {
      const { engine, into } = subject;
      const held = await hold(engine, ctx);
      const [sink, source] = [memorySink(), replay(held)];
      const cancelled = { ...ctx, signal: AbortSignal.abort() };
      const calls = {
        probe: () => engine.probe(cancelled),
        save: () => engine.save(cancelled),
        backup: () => engine.backup(full, sink, cancelled),
        inspect: () => engine.inspect(source, cancelled),
        planRestore: () => engine.planRestore({ into, force: false }, held.manifest, cancelled),
        restore: () => engine.restore({ into, force: false }, source, cancelled),
        fingerprint: () => engine.fingerprint(cancelled),
        ...(engine.scratch && { scratch: async () => await engine.scratch?.(held.manifest, cancelled) }),
      };
      for (const [name, call] of Object.entries(calls)) {
        await changingNothing(subject, () => inTime(patienceMs, name, refused(call(), "ABORTED")));
      }
      assert.deepEqual([sink.artifacts, source.opened], [[], []], "artifacts were touched");
      await assertTidy(ctx);
    },
  },
  {
    name: "stops a backup that is cancelled while its sink stalls, and closes every stream",
    run: async (trial) => {
      for (const request of fullRequests(trial.subject.engine)) {
        for (const moment of ["begin", "chunk"] as const) await cancelBackup(trial, request.method, moment);
      }
    },
  },
  {
    name: "stops a restore that is cancelled while its source stalls, and leaves the place as it was",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const request of fullRequests(subject.engine)) {
        await cancelRestore(trial, await hold(subject.engine, ctx, request), false);
      }
      await overFilledTarget(trial);
      for (const request of fullRequests(subject.engine)) {
        await cancelRestore(trial, await hold(subject.engine, ctx, request), true);
      }
    },
  },
  {
    name: "stops an inspection that is cancelled while its source stalls",
    run: async ({ subject: { engine }, ctx, patienceMs }) => {
      for (const request of fullRequests(engine)) {
        const source = replay(await hold(engine, ctx, request), halfThen("stall"));
        const controller = new AbortController();
        const inspection = engine.inspect(source, { ...ctx, signal: controller.signal });
        await Promise.race([source.stalled, inspection]);
        controller.abort();
        await inTime(patienceMs, "the cancelled inspection", refused(inspection, "ABORTED"));
        await assertTidy(ctx);
      }
    },
  },
];

async function cancelBackup(
  { subject, ctx, patienceMs }: EngineTrial,
  method = "",
  moment: "begin" | "chunk" = "begin",
): Promise<void> {
  const controller = new AbortController();
  const sink = stallingSink(moment, controller.signal);
  await changingNothing(subject, async () => {
    const request = { method, kind: "full" } as const;
    const backup = subject.engine.backup(request, sink, { ...ctx, signal: controller.signal });
    await Promise.race([sink.stalled, backup]);
    controller.abort();
    try {
      await inTime(patienceMs, "the cancelled backup", refused(backup, "ABORTED"));
      assert.ok(
        sink.bodies.every(({ destroyed }) => destroyed),
        "a stream is still open",
      );
      assert.equal(sink.pending(), 0, "artifacts were still being stored");
      await assertTidy(ctx);
    } finally {
      sink.release();
    }
  });
}

async function cancelRestore(trial: EngineTrial, held: HeldBackup, force: boolean): Promise<void> {
  const source = replay(held, halfThen("stall"));
  const controller = new AbortController();
  await changingNothing(trial.subject, async () => {
    const restore = restoreInto(trial, source, force, { signal: controller.signal });
    await Promise.race([source.stalled, restore]);
    controller.abort();
    await inTime(trial.patienceMs, "the cancelled restore", refused(restore, "ABORTED"));
  });
  await assertTidy(trial.ctx);
}
