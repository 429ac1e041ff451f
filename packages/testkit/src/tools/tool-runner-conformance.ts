import { describe, it } from "vitest";
import { toolPromises } from "./tool-promises.ts";
import { type ToolSubject, tryToolPromise } from "./tool-subject.ts";

/**
 * Defines one test per promise of the `ToolRunner` contract. Call it at the top of a vitest file. `create` runs before the
 * first; when it resolves with a text, that is why all are skipped.
 */
export function toolRunnerConformance(name: string, create: () => Promise<ToolSubject | string>): void {
  let creating: Promise<ToolSubject | string> | undefined;
  describe(`${name}, as a tool runner,`, () => {
    for (const promise of toolPromises) {
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- every promise asserts by itself
      it(promise.name, async (test) => {
        creating ??= create();
        const subject = await creating;
        const reason = typeof subject === "string" ? subject : await tryToolPromise(promise, subject);
        if (reason !== undefined) test.skip(reason);
      });
    }
  });
}
