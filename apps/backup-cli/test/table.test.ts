import { expect, it } from "vitest";
import { plain } from "../src/output/paint.ts";
import { renderTable } from "../src/output/table.ts";

const columns = [
  { title: "NAME", cell: ({ name }: { name: string; size?: string }) => name },
  { title: "SIZE", align: "right", cell: ({ size }: { name: string; size?: string }) => size },
] as const;

it("aligns columns, numbers to the right, and leaves no space at the ends of lines", () => {
  const rows = [{ name: "orders", size: "9 B" }, { name: "users" }, { name: "x", size: "10.0 MiB" }];
  expect(renderTable(rows, columns, plain)).toBe(
    ["NAME        SIZE", "orders       9 B", "users", "x       10.0 MiB"].join("\n"),
  );
});

it("leaves out a column that is empty in every row", () => {
  expect(renderTable([{ name: "orders" }], columns, plain)).toBe("NAME\norders");
});

it("measures what is seen: wide letters take two places, colours none", () => {
  const rows = [
    { name: "注文", size: "1" },
    { name: "\u001b[31mred\u001b[39m", size: "2" },
  ];
  expect(renderTable(rows, columns, plain)).toBe(
    ["NAME  SIZE", "注文     1", "\u001b[31mred\u001b[39m      2"].join("\n"),
  );
});
