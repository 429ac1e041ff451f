import type { Engine } from "@dbsave/core";
import { expect, it } from "vitest";
import { checkName, restoreRequest } from "../src/places/restore-request.ts";

it("only what was asked for is selected", () => {
  expect(restoreRequest({})).toEqual({});
  expect(restoreRequest({ as: "app_check", database: ["app"] })).toEqual({
    into: "app_check",
    select: { databases: ["app"] },
  });
  expect(restoreRequest({ into: "./copy", table: ["public.a", "b.c"], schema: ["sales"], jobs: 4 })).toEqual({
    into: "./copy",
    select: { schemas: ["sales"], tables: ["public.a", "b.c"] },
    jobs: 4,
  });
});

it("two places contradict each other, and a URL is no name", () => {
  expect(() => restoreRequest({ into: "a", as: "a" })).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(() => restoreRequest({ as: "postgres://db/app" })).toThrow(expect.objectContaining({ code: "USAGE" }));
});

it("a name needs an engine whose databases have names", () => {
  const engine = { name: "sqlite", capabilities: { selects: [] as readonly "tables"[] } } as unknown as Engine;
  expect(() => checkName({ as: "app" }, engine)).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  expect(() => checkName({}, engine)).not.toThrow();
});
