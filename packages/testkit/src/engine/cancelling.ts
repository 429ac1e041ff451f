import assert from "node:assert/strict";
import { isDbsaveError } from "@dbsave/core";
import { inTime, refused } from "../storage/storage-steps.ts";
import { assertTidy, changingNothing, fullRequests, holdEach, overFilledTarget, restoreInto } from "./engine-steps.ts";
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
        planRestore: () => engine.planRestore({ into, force: false }, replay(held), cancelled),
        restore: () => engine.restore({ into, force: false }, source, cancelled),
        fingerprint: () => engine.fingerprint(cancelled),
        ...(engine.scratch && { scratch: async () => await engine.scratch?.(held.manifest, cancelled) }),
      };
      const outcomes = await changingNothing(subject, () =>
        Array.fromAsync(Object.entries(calls), async ([name, call]) => {
          const outcome = call().then(() => "went on", codeOf);
          return `${name}: ${await inTime(patienceMs, name, outcome)}`;
        }),
      );
      assert.deepEqual(
        outcomes,
        Object.keys(calls).map((name) => `${name}: ABORTED`),
      );
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
      const backups = await holdEach(trial);
      for (const held of backups) await cancelRestore(trial, held, false);
      await overFilledTarget(trial);
      for (const held of backups) await cancelRestore(trial, held, true);
    },
  },
  {
    name: "stops an inspection that is cancelled while its source stalls",
    run: async (trial) => {
      const { subject, ctx, patienceMs } = trial;
      for (const held of await holdEach(trial)) {
        const source = replay(held, halfThen("stall"));
        const controller = new AbortController();
        const inspection = subject.engine.inspect(source, { ...ctx, signal: controller.signal });
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

function codeOf(error: unknown): string {
  return isDbsaveError(error) ? error.code : String(error);
}
