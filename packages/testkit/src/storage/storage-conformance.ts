import { describe, it } from "vitest";
import { storagePromises } from "./storage-promises.ts";
import type { StorageSubject } from "./storage-subject.ts";
import { tryStoragePromise } from "./try-storage-promise.ts";

/** Some promises need hundreds of requests. */
const timeout = 60_000;

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
      it(promise.name, { timeout }, async (test) => {
        const reason = await tryStoragePromise(promise, subject);
        if (reason !== undefined) test.skip(reason);
      });
    }
  });
}
