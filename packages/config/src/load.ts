import type { ToolRunner } from "@dbsave/core";
import { type Config, composeConfig } from "./config.ts";
import { type ConfigPlace, findConfig } from "./file/find-config.ts";
import { readConfig } from "./file/read-config.ts";
import { type ConfigPath, formatPath, issuesError, type PlacedIssue } from "./issues/issue.ts";
import { validate } from "./schema/validate.ts";

export interface LoadOptions extends ConfigPlace {
  /** Runs the programs of `cmd:` references, when a target is opened. */
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
}

function inOrderOfLines(a: PlacedIssue, b: PlacedIssue): number {
  return a.place.localeCompare(b.place, "en", { numeric: true });
}

/** See `loadConfig` of the package's index. */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const found = await findConfig(options);
  const source = await readConfig(found, options.cwd);
  const result = validate(source.value);
  if ("issues" in result) {
    const placed = result.issues.map((issue) => ({ ...issue, place: source.place(issue.path) }));
    throw issuesError("CONFIG_INVALID", placed.toSorted(inOrderOfLines));
  }
  const { env, tools, signal, cwd } = options;
  const label = (path: ConfigPath) => `${source.place(path)}: ${formatPath(path)}`;
  const { files, directory, searched } = found;
  const configFile = searched.length === 0 ? files[0] : undefined;
  return composeConfig(result.data, files, { env, tools, signal, cwd, directory, configFile, label });
}
