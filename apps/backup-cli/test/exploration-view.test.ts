import type { ExploredItem } from "@dbsave/core";
import { expect, it } from "vitest";
import { plain } from "../src/output/paint.ts";
import { explorationText } from "../src/views/exploration-view.ts";

const table = (name: string, sizeBytes: number, more: Partial<ExploredItem> = {}): ExploredItem => {
  return { kind: "table", path: ["app", "public", name], sizeBytes, details: {}, ...more };
};

it("shows the biggest first, estimates as such, and what the engine says of each", () => {
  const items: readonly ExploredItem[] = [
    table("small", 8192, { rows: { count: 3, isExact: true }, details: { unlogged: true } }),
    table("注文", 1024 ** 3, { rows: { count: 1_234_567, isExact: false }, details: { indexBytes: 1024 ** 2 } }),
    {
      kind: "hypertable",
      path: ["app", "public", "met"],
      sizeBytes: 9000,
      details: { chunks: 20, compressedShare: 0.5 },
    },
    { kind: "extension", path: ["app", "timescaledb"], details: { version: "2.19.3" } },
    { kind: "database", path: ["app"], sizeBytes: 2 * 1024 ** 3, details: {} },
  ];
  expect(explorationText(items, { all: false }, plain)).toBe(
    [
      "app  2 tables, 1 hypertable  extensions: timescaledb 2.19.3",
      "NAME          KIND           SIZE        ROWS  MORE",
      "public.注文   table       1.0 GiB  ~1,234,567  1.0 MiB index",
      "public.met    hypertable  8.8 KiB              20 chunks, 50 % compressed",
      "public.small  table       8.0 KiB           3  unlogged",
    ].join("\n"),
  );
});

it("shows twenty of ten thousand tables and says how many more there are, or all", () => {
  const items = Array.from({ length: 10_000 }, (_, index) => table(`t_${index}`, 8192 + index));
  const lines = explorationText(items, { all: false }, plain).split("\n");
  expect(lines).toHaveLength(23);
  expect(lines[2]).toContain("t_9999");
  expect(lines.at(-1)).toBe("9,980 more, none of them bigger: --all");
  expect(explorationText(items, { all: true }, plain).split("\n")).toHaveLength(10_002);
});

it("keeps a name with a line break on its line", () => {
  expect(explorationText([table("two\nlines", 1)], { all: false }, plain)).toContain("public.two\\nlines");
});
