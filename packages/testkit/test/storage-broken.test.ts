import { AssertionError } from "node:assert";
import { isDbsaveError } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { brokenStorages, storagePromises, tryStoragePromise } from "../src/index.ts";

describe("the storage suite", { timeout: 30_000 }, () => {
  for (const { name, breaks, create, secrets } of brokenStorages) {
    it(`fails a storage that ${name}, because it breaks "${breaks}"`, async () => {
      const promise = storagePromises.find((known) => known.name === breaks);
      if (promise === undefined) throw new Error(`no such promise: ${breaks}`);
      const subject = { name, create, patienceMs: 500, ...(secrets === undefined ? {} : { secrets }) };
      const error: unknown = await tryStoragePromise(promise, subject).then(
        (skipped) => skipped,
        (reason: unknown) => reason,
      );
      expect(error instanceof AssertionError || isDbsaveError(error), `not failed but: ${String(error)}`).toBe(true);
    });
  }

  it("has a broken storage for every promise", () => {
    const broken = new Set(brokenStorages.map(({ breaks }) => breaks));
    expect(storagePromises.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
