import { describe, it } from "vitest";
import { enginePromises } from "./engine-promises.ts";
import type { EngineCandidate } from "./engine-subject.ts";
import { tryEnginePromise } from "./try-engine-promise.ts";

/** Some promises take a dozen backups and restores, each of which may start a program. */
const timeout = 120_000;

/**
 * Defines one test per promise of the `Engine` contract for `candidate`. Call it at the top of a vitest file. What cannot
 * be checked is skipped with its reason; a name in `cannot` that is no promise is an error.
 */
export function engineConformance(candidate: EngineCandidate): void {
  const names = new Set(enginePromises.map(({ name }) => name));
  for (const name of Object.keys(candidate.cannot ?? {})) {
    if (!names.has(name)) throw new Error(`${candidate.name}: no such promise: ${name}`);
  }
  describe(`${candidate.name}, as an engine,`, () => {
    for (const promise of enginePromises) {
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- every promise asserts by itself
      it(promise.name, { timeout }, async (test) => {
        const reason = await tryEnginePromise(promise, candidate);
        if (reason !== undefined) test.skip(reason);
      });
    }
  });
}
