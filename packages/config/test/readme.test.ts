import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { captureText, hostTools } from "@dbsave/exec";
import { expect, it } from "vitest";
import { configJsonSchema } from "../src/index.ts";
import { builtIn } from "../src/policies.ts";
import { workplace } from "./workplace.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const reference = await readFile(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Every key that can be written, as `defaults.keep.daily` or `targets.<name>.path`. */
function keysOf(node: Node, prefix = ""): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, value]) => [
    `${prefix}${key}`,
    ...keysOf(value, `${prefix}${key}.`),
  ]);
  const named =
    typeof node.additionalProperties === "object" ? keysOf(node.additionalProperties, `${prefix}<name>.`) : [];
  const branches = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((branch) => keysOf(branch, prefix));
  return [...own, ...named, ...branches];
}

it("the reference describes every key and none that does not exist", async () => {
  const policy = Object.keys(builtIn);
  const isInherited = (key: string) => {
    const [, ofTarget = ""] = /^targets\.<name>\.(\w+)/.exec(key) ?? [];
    return policy.includes(ofTarget) || key.startsWith("storages.<name>.keep.");
  };
  const sections = ["defaults", "storages", "targets"];
  const known = new Set(keysOf(await configJsonSchema()).filter((key) => !isInherited(key) && !sections.includes(key)));
  const described = [...reference.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
  expect(described).toHaveLength(known.size);
  expect(new Set(described)).toEqual(known);
});

it("the reference's defaults are the built-in ones", () => {
  const written = (key: string) =>
    new RegExp(`^\\| \`defaults\\.${key}\` \\| \`([^\`]+)\` \\|`, "m").exec(reference)?.[1];
  for (const key of ["compress", "encrypt", "timezone", "week_starts", "keep", "verify", "save"] as const) {
    expect([key, written(key)]).toEqual([key, builtIn[key]]);
  }
  expect([written("guard\\.min_size_ratio"), written("guard\\.min_rows_ratio")]).toEqual(
    Object.values(builtIn.guard).map(String),
  );
});

it("the README's configuration is accepted", async () => {
  await using here = await workplace();
  await here.file("dbsave.yaml", /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "");
  expect((await here.load()).targets.map(({ name }) => name)).toEqual(["app"]);
});

it("the README's program runs: it takes a backup and proves it", async () => {
  await using here = await workplace();
  const yaml = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "";
  await here.file("dbsave.yaml", yaml.replace("/srv/backups", "backups").replace("/data/app.db", "app.db"));
  using database = new DatabaseSync(join(here.directory, "app.db"));
  database.exec("create table t (a); insert into t values (1), (2), (3)");
  const program = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const script = await here.file(
    "program.ts",
    program.replaceAll(/from "(@dbsave\/[a-z]+)"/g, (_, name) => `from "${import.meta.resolve(name)}"`),
  );
  const { signal } = new AbortController();
  const output = await captureText(
    hostTools({ env: process.env }),
    process.execPath,
    ["--conditions=@dbsave/source", script],
    {
      signal,
      cwd: here.directory,
    },
  );
  expect(output).toMatch(/^app restored and compared: .*3 rows equal\n$/);
});
