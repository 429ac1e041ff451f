import { expect, it } from "vitest";
import { completePart } from "../src/selection/complete-part.ts";
import { listedIds, parseToc } from "../src/selection/toc.ts";

const toc = parseToc(`;
; Archive created at 2026-11-21
;
1; 2615 100 SCHEMA - sales owner
2; 1259 101 TABLE sales orders owner
;	depends on: 1
3; 1259 102 TABLE sales orders_old owner
;	depends on: 1
4; 1259 103 SEQUENCE sales shared owner
;	depends on: 1
5; 2604 104 DEFAULT sales orders id owner
;	depends on: 2 4 2
6; 2604 105 DEFAULT sales orders_old id owner
;	depends on: 3 4 3
7; 0 101 TABLE DATA sales orders owner
;	depends on: 2
8; 0 102 TABLE DATA sales orders_old owner
;	depends on: 3
9; 2606 106 CONSTRAINT sales orders_old orders_old_pkey owner
;	depends on: 3
10; 2606 107 FK CONSTRAINT sales orders orders_old_fkey owner
;	depends on: 2 3 9
11; 3256 108 POLICY sales orders_old mine owner
;	depends on: 3 2
12; 0 0 ACL - SCHEMA sales owner
;	depends on: 1
13; 0 0 SEQUENCE SET sales shared owner
;	depends on: 4
14; 1255 109 FUNCTION sales of_orders(sales.orders) owner
;	depends on: 2
`);

const ids = (...asked: number[]): readonly number[] => completePart(toc, new Set(asked)).entries.map(({ id }) => id);

it("a table brings what is its own and what that needs, and nothing of a table that is called alike", () => {
  expect(ids(2, 7)).toEqual([1, 2, 4, 5, 7, 12, 13]);
});

it("a foreign key comes with both of its tables only, and is counted when it is left out", () => {
  expect(completePart(toc, new Set([2])).foreignKeysLeftOut.map(({ id }) => id)).toEqual([10]);
  expect(completePart(toc, new Set([2])).tablesWithoutThem.map(({ id }) => id)).toEqual([2]);
  const both = completePart(toc, new Set([2, 3]));
  expect(both.entries.map(({ id }) => id)).toContain(10);
  expect(both.foreignKeysLeftOut).toEqual([]);
});

it("a policy that reads another table brings that one, and what only uses a table stays behind", () => {
  expect(ids(3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});

it("a sequence alone comes with its value", () => {
  expect(ids(4)).toEqual([1, 4, 12, 13]);
});

it("the numbers of a list are read, not its comments", () => {
  expect(listedIds(";\n; Selected TOC Entries:\n;\n219; 1259 16478 TABLE sales orders owner\n")).toEqual([219]);
});
