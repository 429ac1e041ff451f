import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { argumentsOf, commandOf } from "../src/command-line/parse.ts";

const guide = await readFile(new URL("../../../docs/postgres-physical.md", import.meta.url), "utf8");
const lines = [...guide.matchAll(/^(?:archive_command = ')?dbsave-wal (.*?)'?$/gm)].map(([, words = ""]) => words);

it("the guide to physical backups shows commands of dbsave-wal", () => {
  expect(lines).toContain("push --target orders %p");
  expect(lines.length).toBeGreaterThan(3);
});

it.for(lines)("what the guide shows is understood: dbsave-wal %s", async (line) => {
  const argv = line.split(" ");
  const entry = commandOf(argv);
  const { command } = await entry.load();
  expect(() => argumentsOf(entry, command, argv.slice(1))).not.toThrow();
});
