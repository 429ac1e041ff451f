import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface PackageManifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A published package: where it lies says what it is. */
export interface WorkspacePackage {
  readonly folder: string;
  readonly layer: Layer;
  readonly manifest: PackageManifest;
  /** Paths below the package, with `/`, without build output and dependencies. */
  readonly files: readonly string[];
  readonly read: (file: string) => string;
}

/** `core`, `codecs`, `exec`, `config`, `notify`, `testkit` are layers of one package; the other three hold many. */
export type Layer = string;

/** All packages of the workspace at `root`, without `tooling/`. */
export function readWorkspace(root: string): WorkspacePackage[] {
  return [
    ...packagesIn(root, "packages", (folder) => basename(folder)),
    ...packagesIn(root, "packages/engines", () => "engine"),
    ...packagesIn(root, "packages/storages", () => "storage"),
    ...packagesIn(root, "apps", () => "app"),
  ];
}

function packagesIn(root: string, parent: string, layerOf: (folder: string) => Layer): WorkspacePackage[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => ({
      folder,
      layer: layerOf(folder),
      manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as PackageManifest,
      files: [...filesBelow(join(root, folder), "")],
      read: (file) => readFileSync(join(root, folder, file), "utf8"),
    }));
}

function* filesBelow(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["node_modules", "dist", ".turbo"].includes(entry.name)) continue;
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name), `${path}/`);
    else yield path;
  }
}
