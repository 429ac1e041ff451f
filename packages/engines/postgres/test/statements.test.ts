import { expect, it } from "vitest";
import { statementKind } from "../src/globals/statement-kind.ts";
import { databaseArgument, displayName, parseDisplayName } from "../src/sql/quote.ts";
import { splitStatements } from "../src/sql/statements.ts";

it("what pg_dumpall writes is split into statements, whatever is in its names and comments", () => {
  const text = String.raw`--
-- PostgreSQL database cluster dump
--

\restrict abc

SET standard_conforming_strings = on;
CREATE ROLE "a;b ""c"" -- d";
COMMENT ON ROLE x IS 'it''s; a -- \ comment
over two lines';
ALTER ROLE x SET search_path TO E'a\\b''c', 'd-e';
\unrestrict abc
`;
  expect(splitStatements(text)).toEqual([
    "SET standard_conforming_strings = on",
    'CREATE ROLE "a;b ""c"" -- d"',
    "COMMENT ON ROLE x IS 'it''s; a -- \\ comment\nover two lines'",
    "ALTER ROLE x SET search_path TO E'a\\\\b''c', 'd-e'",
  ]);
});

it.each([
  ["CREATE ROLE x", { kind: "create-role", name: "x" }],
  ['ALTER ROLE "o""dd TO" WITH LOGIN', { kind: "change-role", name: 'o"dd TO' }],
  ["GRANT a TO b WITH ADMIN OPTION GRANTED BY c", { kind: "grant", name: "b" }],
  ["GRANT SET ON PARAMETER work_mem TO r", { kind: "grant", name: "r" }],
  ["CREATE TABLESPACE fast OWNER x LOCATION '/fast'", { kind: "create-tablespace", name: "fast" }],
  ["GRANT ALL ON TABLESPACE fast TO x", { kind: "change-tablespace", name: "fast" }],
  ["SET client_encoding = 'UTF8'", { kind: "session", name: "" }],
])("%s is understood", (sql, expected) => {
  expect(statementKind(sql)).toEqual(expected);
});

it("a name of a database is never taken for a connection string", () => {
  expect(databaseArgument("host=evil")).toBe("dbname='host=evil'");
  expect(databaseArgument(String.raw`it's \ here`)).toBe(String.raw`dbname='it\'s \\ here'`);
});

it.each([
  ["public", "orders"],
  ["a.b", 'x"."y'],
  ['"', "line\nbreak"],
  ["Ä", "with space"],
])("the shown name of %j.%j can be read back", (schema, name) => {
  expect(parseDisplayName(displayName(schema, name))).toEqual([schema, name]);
});
