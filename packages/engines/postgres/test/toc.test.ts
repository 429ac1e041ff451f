import { expect, it } from "vitest";
import { missingTables } from "../src/inspect-toc.ts";

const toc = `;
; Archive created at 2026-11-21
215; 1259 16385 TABLE public orders postgres
3318; 0 16385 TABLE DATA public orders postgres
3319; 0 16390 TABLE DATA odd "schema" a b  c owner with space
`;

const of = (...names: string[]) => ({
  algorithm: "postgres-rows-1",
  items: names.map((name) => ({ kind: "table", name, count: 1, hash: "0" })),
});

it("every table of the fingerprint must have its rows in the dump", () => {
  expect(missingTables(toc, of("public.orders", '"odd ""schema"""."a b\n c"'), "")).toEqual([]);
  expect(missingTables(toc, of("shop: public.orders", "other: public.gone"), "shop: ")).toEqual([]);
  expect(missingTables(toc, of("public.order", "public.orders"), "")).toEqual([
    expect.objectContaining({ severity: "error", object: "public.order" }),
  ]);
});

it("a table that is only described, without its rows, is missing", () => {
  const described = toc.replace("3318; 0 16385 TABLE DATA public orders postgres\n", "");
  expect(missingTables(described, of("public.orders"), "")).toHaveLength(1);
});
