import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { startTimeoutMs, tryServer } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { captureText, hostTools } from "../src/index.ts";
import { type Scripts, scripts } from "./scripts.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, program = ""]) => program);

/** What a program of the README prints, run from the sources. */
async function run(dir: Scripts, program = ""): Promise<string> {
  const sources = program
    .replaceAll("@dbsave/exec", new URL("../src/index.ts", import.meta.url).href)
    .replaceAll("@dbsave/core", import.meta.resolve("@dbsave/core"));
  await mkdir(dir.path("work"));
  await writeFile(dir.path("program.ts"), sources);
  const options = { signal: new AbortController().signal, cwd: dir.path("work") };
  const args = ["--conditions=@dbsave/source", dir.path("program.ts")];
  return await captureText(hostTools({ env: process.env }), process.execPath, args, options);
}

it("the README's program for this machine runs", async () => {
  await using dir = await scripts();
  expect(await run(dir, programs[0])).toContain("tar");
  expect((await stat(dir.path("archive.tar"))).size).toBeGreaterThan(0);
});

it("the README's program for containers runs", { timeout: startTimeoutMs }, async (test) => {
  const found = await tryServer("postgres-15");
  if (typeof found === "string" || found.container === undefined) return test.skip("needs postgres-15 in docker");
  await using dir = await scripts();
  expect(await run(dir, programs[1]?.replaceAll("shop/db", found.container.compose))).toMatch(
    /^pg_dump \(PostgreSQL\) 15\./,
  );
});
