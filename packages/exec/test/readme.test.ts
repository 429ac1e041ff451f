import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { captureText, hostTools } from "../src/index.ts";
import { scripts } from "./scripts.ts";

it("the README's program runs", async () => {
  await using dir = await scripts();
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const program = (/```ts\n(.*?)```/s.exec(readme)?.[1] ?? "")
    .replace("@dbsave/exec", new URL("../src/index.ts", import.meta.url).href)
    .replace("@dbsave/core", import.meta.resolve("@dbsave/core"));
  await mkdir(dir.path("work"));
  await writeFile(dir.path("program.ts"), program);
  const options = { signal: new AbortController().signal, cwd: dir.path("work") };
  const args = ["--conditions=@dbsave/source", dir.path("program.ts")];
  expect(await captureText(hostTools({ env: process.env }), process.execPath, args, options)).toContain("tar");
  expect((await stat(dir.path("archive.tar"))).size).toBeGreaterThan(0);
});
