import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example = ""]) => example);

// Each example is a whole test file: importing it defines its tests, here.
const directory = await mkdtemp(join(tmpdir(), "dbsave-readme-"));
for (const [index, example] of examples.entries()) {
  const path = join(directory, `example-${index}.ts`);
  const here = example
    .replace('"@dbsave/testkit"', JSON.stringify(new URL("../src/index.ts", import.meta.url).href))
    .replace('"@dbsave/core"', JSON.stringify(import.meta.resolve("@dbsave/core")));
  await writeFile(path, here);
  await import(path);
}
await rm(directory, { recursive: true });

it("the README has an example for each suite, and all of them ran", () => {
  const suites = examples.map((example) => /^(\w+)Conformance\(/m.exec(example)?.[1]);
  expect(suites).toEqual(["engine", "storage", "codec"]);
});
