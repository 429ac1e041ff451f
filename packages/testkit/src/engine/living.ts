import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { assertFails, assertTidy, changingNothing, fullRequests, restoreInto } from "./engine-steps.ts";
import type { EnginePromise, EngineTrial } from "./engine-subject.ts";
import { full, hold } from "./held-backup.ts";
import { memorySink } from "./memory-sink.ts";
import { replay } from "./replay.ts";

export const livingPromises: readonly EnginePromise[] = [
  {
    name: "leaves nothing in the scratch directory of a run",
    run: async (trial) => {
      const { subject, ctx } = trial;
      const { engine, into } = subject;
      for (const [index, request] of fullRequests(engine).entries()) {
        await engine.probe(ctx);
        await engine.fingerprint(ctx);
        await assertTidy(ctx);
        const held = await hold(engine, ctx, request);
        await assertTidy(ctx);
        await engine.inspect(replay(held), ctx);
        await engine.planRestore({ into, force: false }, replay(held), ctx);
        await assertTidy(ctx);
        await restoreInto(trial, replay(held), index > 0);
        await assertTidy(ctx);
      }
    },
  },
  {
    name: "reports progress that only grows, and nothing after a call has ended",
    run: async (trial) => {
      const { subject, ctx } = trial;
      for (const [index, request] of fullRequests(subject.engine).entries()) {
        const held = await reportingSanely(trial, () => hold(subject.engine, ctx, request));
        await reportingSanely(trial, () => subject.engine.inspect(replay(held), ctx));
        await reportingSanely(trial, () => restoreInto(trial, replay(held), index > 0));
      }
    },
  },
  {
    name: "does nothing any more once it is disposed, which may be said twice",
    run: async ({ subject, ctx }) => {
      const held = await hold(subject.engine, ctx);
      const engine = subject.open(subject.source);
      await engine.probe(ctx);
      await engine[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      const sink = memorySink();
      const calls = {
        probe: () => engine.probe(ctx),
        save: () => engine.save(ctx),
        backup: () => engine.backup(full, sink, ctx),
        inspect: () => engine.inspect(replay(held), ctx),
        planRestore: () => engine.planRestore({ into: subject.into, force: false }, replay(held), ctx),
        restore: () => engine.restore({ into: subject.into, force: false }, replay(held), ctx),
        fingerprint: () => engine.fingerprint(ctx),
      };
      for (const [name, call] of Object.entries(calls)) {
        await changingNothing(subject, () => assertFails(call(), `${name} of a disposed engine`));
      }
      assert.equal(sink.bodies.length, 0, "a disposed engine wrote artifacts");
    },
  },
  {
    name: "can be made and disposed without being used",
    run: async ({ subject }) => {
      await changingNothing(subject, async () => {
        for (const place of [subject.source, subject.into]) await subject.open(place)[Symbol.asyncDispose]();
      });
    },
  },
];

async function reportingSanely<T>({ events }: EngineTrial, call: () => Promise<T>): Promise<T> {
  const before = events.length;
  const result = await call();
  const after = events.length;
  for (let turns = 0; turns < 100; turns += 1) await nextTurn();
  assert.equal(events.length, after, "reported something when the call had ended");
  const done = new Map<string, number>();
  for (const event of events.slice(before, after)) {
    if (event.type === "note") assert.match(event.message, /^\S.*$/, "a note is not one line");
    else {
      const { item, doneBytes, totalBytes = 0 } = event;
      assert.match(item, /\S/, "progress of nothing");
      assert.ok(Number.isSafeInteger(doneBytes) && Number.isSafeInteger(totalBytes), `${item}: no whole bytes`);
      assert.ok(totalBytes >= 0 && doneBytes >= (done.get(item) ?? 0), `${item}: progress went back`);
      done.set(item, doneBytes);
    }
  }
  return result;
}
