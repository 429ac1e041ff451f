import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parse } from "../src/command-line/parse.ts";
import { guideCommands } from "./support/physical-guide.ts";

const guide = await readFile(new URL("../../../docs/postgres-physical.md", import.meta.url), "utf8");
const commands = guideCommands(guide, "dbsave");

it.for(commands)("the guide to physical backups shows what is understood: %s", async (line) => {
  const words = line.split(/\s+(?=(?:[^']*'[^']*')*[^']*$)/).map((word) => word.replaceAll("'", ""));
  expect(await parse(words.slice(1), "0.0.0")).toBeDefined();
});
