import { join } from "node:path/posix";
import { importsOf } from "./imports.ts";
import type { Layer, WorkspacePackage } from "./workspace.ts";

/** The arrows of the architecture: what each layer may depend on. Nothing points up, nothing sideways. */
const ARROWS: ReadonlyMap<Layer, readonly Layer[]> = new Map([
  ["core", []],
  ["testkit", ["core"]],
  ["codecs", ["core"]],
  ["exec", ["core"]],
  ["notify", ["core"]],
  ["engine", ["core"]],
  ["storage", ["core"]],
  ["config", ["core", "codecs", "exec", "notify", "engine", "storage"]],
  ["app", ["core", "codecs", "exec", "notify", "engine", "storage", "config"]],
]);

/** Packages that may stand on a sister: a profile of the other with extra steps, not a copy. */
const SISTERS: ReadonlyMap<string, string> = new Map([["@dbsave/timescaledb", "@dbsave/postgres"]]);

/** Whoever can run what they tell may test them. */
const documents = "docs/";

/** Every dependency and import that the architecture does not have, one line each. */
export function arrowProblems(packages: readonly WorkspacePackage[]): string[] {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  return packages.flatMap((from) => {
    if (!ARROWS.has(from.layer)) return [`${from.folder}: no layer is called ${from.layer}`];
    const declared = Object.keys({ ...from.manifest.dependencies, ...from.manifest.peerDependencies });
    const inManifest = declared.flatMap((name) => forbidden(from, byName.get(name), `${from.folder}/package.json`));
    const inSource = importsOf(from, "src/").flatMap(({ file, line, specifier }) => [
      ...forbidden(from, byName.get(packageNameOf(specifier)), `${file}:${line}`),
      ...leaving(from, file, line, specifier),
    ]);
    const inTests = importsOf(from, "test/").flatMap(({ file, line, specifier }) =>
      join(file, "..", specifier).startsWith(documents) ? [] : leaving(from, file, line, specifier),
    );
    return [...inManifest, ...inSource, ...inTests];
  });
}

function forbidden(from: WorkspacePackage, to: WorkspacePackage | undefined, place: string): string[] {
  if (to === undefined || to === from) return [];
  if (ARROWS.get(from.layer)?.includes(to.layer) || SISTERS.get(from.manifest.name) === to.manifest.name) return [];
  return [`${place}: ${from.layer} must not depend on ${to.layer} (${to.manifest.name})`];
}

function leaving(from: WorkspacePackage, file: string, line: number, specifier: string): string[] {
  if (!specifier.startsWith("../")) return [];
  const target = join(file, "..", specifier);
  if (target.startsWith(`${from.folder}/`)) return [];
  return [`${file}:${line}: ${specifier} leaves the package: import the other one by its name`];
}

/** `@dbsave/core` of `@dbsave/core/x`, `zod` of `zod/v4`. */
function packageNameOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
