import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DbsaveError } from "@dbsave/core";

export interface ConfigPlace {
  /** Used as it is; nothing else is looked for. */
  readonly path?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default "/etc/dbsave" */
  readonly systemDirectory?: string;
}

export interface FoundConfig {
  /** Absolute, in the order in which they are merged. */
  readonly files: readonly string[];
  /** Where relative paths in the files start. */
  readonly directory: string;
  /** Directories of which all files are taken, so that whoever may put files there decides too. */
  readonly searched: readonly string[];
  /** Chosen by the user, not found in a directory where anybody may have put it. */
  readonly isNamed: boolean;
}

/**
 * The configuration files: `path`, else $DBSAVE_CONFIG, else ./dbsave.yaml, else dbsave.yaml and conf.d/*.yaml of the
 * system directory. CONFIG_NOT_FOUND, naming every place that was tried, when there is none.
 */
export async function findConfig(place: ConfigPlace): Promise<FoundConfig> {
  const named = place.path ?? (place.env["DBSAVE_CONFIG"] || undefined);
  if (named !== undefined) return single(resolve(place.cwd, named), true);

  const local = join(place.cwd, "dbsave.yaml");
  if (await exists(local)) return single(local, false);

  const system = place.systemDirectory ?? "/etc/dbsave";
  const main = join(system, "dbsave.yaml");
  const parts = join(system, "conf.d");
  const files = [...((await exists(main)) ? [main] : []), ...(await partsIn(parts))];
  if (files.length > 0) return { files, directory: system, searched: [system, parts], isNamed: false };
  throw new DbsaveError("CONFIG_NOT_FOUND", `config: none found: ${local}, ${main}, ${join(parts, "*.yaml")}`);
}

function single(file: string, isNamed: boolean): FoundConfig {
  return { files: [file], directory: dirname(file), searched: [], isNamed };
}

async function partsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(noneIfAbsent);
  const parts = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted();
  return parts.map((name) => join(directory, name));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).then(() => ["found"], noneIfAbsent)).length > 0;
}

/** Only absence is absence: a file that may not be looked at must not silently give way to another one. */
function noneIfAbsent(cause: Error & { readonly code?: string }): string[] {
  if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return [];
  throw new DbsaveError("PERMISSION_DENIED", `config: ${cause.message}`, { cause });
}
