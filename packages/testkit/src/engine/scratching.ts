import assert from "node:assert/strict";
import type { Manifest, RunContext, ScratchInstance } from "@dbsave/core";
import { assertFails, assertSameContents, assertTidy, changingNothing, fullRequests } from "./engine-steps.ts";
import type { EnginePromise, EngineSubject } from "./engine-subject.ts";
import { hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

export const scratchingPromises: readonly EnginePromise[] = [
  {
    name: "restores into a scratch instance to the same contents, without touching the source",
    needs: "scratch",
    run: async ({ subject, ctx }) => {
      for (const request of fullRequests(subject.engine)) {
        const contents = await subject.engine.fingerprint(ctx);
        const held = await hold(subject.engine, ctx, request);
        await subject.mutate();
        await changingNothing(subject, async () => {
          await using scratch = await begin(subject, held.manifest, ctx);
          await scratch.engine.restore({ force: false }, replay(held), ctx);
          assertSameContents(await scratch.engine.fingerprint(ctx), contents, "the scratch instance");
        });
      }
    },
  },
  {
    name: "keeps scratch instances apart",
    needs: "scratch",
    run: async ({ subject, ctx }) => {
      const old = await hold(subject.engine, ctx);
      const oldContents = await subject.engine.fingerprint(ctx);
      await subject.mutate();
      const held = await hold(subject.engine, ctx);
      await using one = await begin(subject, old.manifest, ctx);
      await using other = await begin(subject, held.manifest, ctx);
      await one.engine.restore({ force: false }, replay(old), ctx);
      await other.engine.restore({ force: false }, replay(held), ctx);
      assertSameContents(await one.engine.fingerprint(ctx), oldContents, "the first scratch instance");
      assertSameContents(await other.engine.fingerprint(ctx), await subject.engine.fingerprint(ctx), "the second one");
    },
  },
  {
    name: "removes a scratch instance and all it holds when it is disposed, used or not",
    needs: "scratch",
    run: async ({ subject, ctx }) => {
      const held = await hold(subject.engine, ctx);
      for (const isUsed of [false, true]) {
        await changingNothing(subject, async () => {
          const scratch = await begin(subject, held.manifest, ctx);
          if (isUsed) await scratch.engine.restore({ force: false }, replay(held), ctx);
          await scratch[Symbol.asyncDispose]();
          await assertFails(scratch.engine.fingerprint(ctx), "a fingerprint of a disposed scratch instance");
        });
        await assertTidy(ctx);
      }
    },
  },
];

async function begin({ engine }: EngineSubject, manifest: Manifest, ctx: RunContext): Promise<ScratchInstance> {
  const scratch = await engine.scratch?.(manifest, ctx);
  assert.ok(scratch !== undefined, "gives no scratch instance");
  return scratch;
}
