import { AssertionError } from "node:assert";
import { isDbsaveError } from "@dbsave/core";
import { brokenToolRunners, toolPromises, tryToolPromise } from "@dbsave/testkit";
import { describe, expect, it } from "vitest";
import { hostTools } from "../src/index.ts";
import { runningOnHost } from "./processes.ts";

const good = hostTools({ env: process.env, killAfterMs: 200 });

describe("the tool runner suite", () => {
  for (const { name, breaks, wrap } of brokenToolRunners) {
    it(`fails a runner that ${name}, because it breaks "${breaks}"`, async () => {
      const promise = toolPromises.find((known) => known.name === breaks);
      if (promise === undefined) throw new Error(`no such promise: ${breaks}`);
      const subject = { name, tools: wrap(good), running: runningOnHost, patienceMs: 5000 };
      const error: unknown = await tryToolPromise(promise, subject).then(
        () => "not failed",
        (reason: unknown) => reason,
      );
      expect(error instanceof AssertionError || isDbsaveError(error), `not seen: ${String(error)}`).toBe(true);
    });
  }

  it("has a broken runner for every promise", () => {
    const broken = new Set(brokenToolRunners.map(({ breaks }) => breaks));
    expect(toolPromises.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
