import assert from "node:assert/strict";
import { assertSameContents, assertTidy } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";

export const savingPromises: readonly EnginePromise[] = [
  {
    name: "saves without changing the contents, and proves it in one line",
    run: async ({ subject, ctx }) => {
      for (let times = 0; times < 2; times += 1) {
        await subject.mutate();
        const contents = await subject.engine.fingerprint(ctx);
        const { proof } = await subject.engine.save(ctx);
        assert.match(proof, /^\S.*\S$/, "the proof is not one line");
        assertSameContents(await subject.engine.fingerprint(ctx), contents, "the saved source");
        await assertTidy(ctx);
      }
    },
  },
];
