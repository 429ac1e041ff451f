import { AssertionError } from "node:assert";
import { isDbsaveError } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { brokenEngines, engineConformance, enginePromises, toySubject, tryEnginePromise } from "../src/index.ts";

engineConformance({ name: "an honest toy", create: () => toySubject() });

describe("the engine suite", () => {
  for (const { name, breaks, create } of brokenEngines) {
    it(`fails an engine that ${name}, because it breaks "${breaks}"`, async () => {
      const promise = enginePromises.find((known) => known.name === breaks);
      if (promise === undefined) throw new Error(`no such promise: ${breaks}`);
      const error: unknown = await tryEnginePromise(promise, { name, create, patienceMs: 300 }).then(
        (skipped) => skipped,
        (reason: unknown) => reason,
      );
      expect(error instanceof AssertionError || isDbsaveError(error), `not failed but: ${String(error)}`).toBe(true);
    });
  }

  it("has a broken engine for every promise", () => {
    const broken = new Set(brokenEngines.map(({ breaks }) => breaks));
    expect(enginePromises.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
