import { describe, it } from "vitest";
import { storagePromises } from "./storage-promises.ts";
import { type StorageSubject, tryPromise } from "./storage-subject.ts";

/**
 * Defines one test per promise of the `Storage` contract for `subject`. Call it at the top of a vitest file. What cannot be
 * checked is skipped with its reason; a name in `cannot` that is no promise is an error.
 */
export function storageConformance(subject: StorageSubject): void {
  const names = new Set(storagePromises.map(({ name }) => name));
  for (const name of Object.keys(subject.cannot ?? {})) {
    if (!names.has(name)) throw new Error(`${subject.name}: no such promise: ${name}`);
  }
  describe(`${subject.name}, as a storage,`, () => {
    for (const promise of storagePromises) {
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- every promise asserts by itself
      it(promise.name, async (test) => {
        const reason = await tryPromise(promise, subject);
        if (reason !== undefined) test.skip(reason);
      });
    }
  });
}
