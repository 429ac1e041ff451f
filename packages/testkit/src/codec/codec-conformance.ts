import { describe, it } from "vitest";
import { promisesOf } from "./codec-promises.ts";
import type { CodecSubject } from "./codec-subject.ts";

/** Defines one test per promise of the `Codec` contract for `subject`. Call it at the top of a vitest file. */
export function codecConformance(subject: CodecSubject): void {
  describe(`${subject.name}, as a codec,`, () => {
    // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- every promise asserts by itself
    for (const { name, run } of promisesOf(subject)) it(name, run);
  });
}
