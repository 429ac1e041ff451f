import { isDeepStrictEqual } from "node:util";
import type { Layer, PackageManifest, WorkspacePackage } from "./workspace.ts";

const ENGINES = "^24.11.0 || >=26.0.0";
const SOURCE_CONDITION = "@dbsave/source";
const README_HEADINGS = [/^## Use$/m, /^## What it does/m, /^## Options$/m, /^## Errors$/m, /^## Limits$/m];
const SAME_FILES: ReadonlyMap<Layer, readonly string[]> = new Map([
  [
    "engine",
    ["index", "engine", "options", "connect", "save", "backup", "restore", "inspect", "fingerprint"].map(sourceFile),
  ],
  ["storage", ["index", "options", "storage"].map(sourceFile)],
]);
const CONFORMING: readonly Layer[] = ["engine", "storage", "codecs"];

/** What every package of a kind has in common, so that who knows one finds the way in all. */
export function anatomyProblems(packages: readonly WorkspacePackage[]): string[] {
  return packages.flatMap((each) =>
    [...manifestProblems(each), ...readmeProblems(each), ...fileProblems(each)].map(
      (problem) => `${each.folder}${problem}`,
    ),
  );
}

function manifestProblems({ folder, layer, manifest }: WorkspacePackage): string[] {
  const expected = {
    license: "MIT",
    type: "module",
    engines: { node: ENGINES },
    files: ["dist"],
    repository: { type: "git", url: "git+https://example.invalid/dbsave.git", directory: folder },
    publishConfig:
      layer === "app" ? { access: "restricted" } : { access: "restricted", exports: publishedExports(manifest) },
  };
  const problems = Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(manifest[field], value))
    .map(([field, value]) => `/package.json: ${field} must be ${JSON.stringify(value)}`);
  const entries = Object.keys(manifest["exports"] ?? {});
  if (layer !== "app" && !isDeepStrictEqual(entries, [".", "./package.json"]))
    problems.push('/package.json: exports must be "." and "./package.json" and nothing else');
  if (!manifest["description"]) problems.push("/package.json: description is missing");
  return problems;
}

/** The exports without the condition that only this workspace has the sources for. */
function publishedExports(manifest: PackageManifest): unknown {
  return JSON.parse(JSON.stringify(manifest["exports"] ?? {}), (key, value) =>
    key === SOURCE_CONDITION ? undefined : value,
  );
}

function readmeProblems({ files, read }: WorkspacePackage): string[] {
  if (!files.includes("README.md")) return ["/README.md is missing"];
  const text = read("README.md");
  return README_HEADINGS.filter((heading) => !heading.test(text)).map(
    (heading) => `/README.md has no heading like ${heading.source.replace(/[\^$]/g, "")}`,
  );
}

function fileProblems({ layer, files }: WorkspacePackage): string[] {
  const tests = files.filter((file) => file.startsWith("test/") && file.endsWith(".test.ts"));
  const problems = (SAME_FILES.get(layer) ?? [])
    .filter((file) => !files.includes(file))
    .map((file) => `/${file} is missing: every ${layer} has it`);
  if (tests.length === 0) problems.push("/test has no test");
  if (CONFORMING.includes(layer) && !tests.includes("test/conformance.test.ts"))
    problems.push("/test/conformance.test.ts is missing: it runs the conformance suite");
  const dumps = files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|types)(\.ts|\/)/.test(file));
  return [...problems, ...dumps.map((file) => `/${file}: name the idea, not "things that did not fit"`)];
}

function sourceFile(name: string): string {
  return `src/${name}.ts`;
}
