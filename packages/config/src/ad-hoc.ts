import { resolve } from "node:path";
import { DbsaveError, type ToolRunner } from "@dbsave/core";
import { type Config, composeConfig } from "./config.ts";
import { engineKind, isEngine } from "./engines/engines.ts";
import { type NamedSource, noEngine, recogniseSource } from "./engines/recognise-source.ts";
import { type ConfigPath, issuesError } from "./issues/issue.ts";
import { validate } from "./schema/validate.ts";
import { referenceOrFile } from "./secrets/reference.ts";
import { type StorageConfig, storageConfig } from "./storage.ts";
import { recogniseStorage } from "./storages/storages.ts";

/** One target without a configuration file. What is left out has the same default as in a file. */
export interface AdHocOptions {
  /** What to back up or restore: a path or URL, `./app.db`, `postgres://backup@db/orders`, `docker:pg`. */
  readonly source?: string | undefined;
  /**
   * With a source: which engine it is for, where that does not show. Without: the engine whose backups are looked into; its
   * `probe`, `save` and `backup` find nothing.
   */
  readonly engine?: string | undefined;
  /** Without a source: where a restore will go. */
  readonly into?: string | undefined;
  /** Directory of the repository. */
  readonly to: string;
  /** Name of the target. @default made from the file name of the source */
  readonly target?: string | undefined;
  /** Several, with commas, where the engine can. */
  readonly method?: string | undefined;
  readonly compress?: string | undefined;
  /** `age1...`, references, or paths of files with recipients; they turn encryption on. */
  readonly recipients?: readonly string[] | undefined;
  /** A reference; turns encryption on. */
  readonly passphrase?: string | undefined;
  readonly keep?: object | undefined;
  /** @default "restore", or "hashes" with recipients, because nothing here could decrypt */
  readonly verify?: string | undefined;
  readonly save?: string | undefined;
  readonly timezone?: string | undefined;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the programs of `cmd:` references, when the target is opened. */
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
}

/** See `adHocConfig` of the package's index. */
export function adHocConfig(options: AdHocOptions): Config {
  const { source, cwd, env, tools, signal } = options;
  const named = source === undefined ? sourceless(options) : recogniseSource(source, options.engine);
  const name = options.target ?? named.name;
  const result = validate({
    version: 1,
    storages: { repository: recogniseStorage(options.to) },
    targets: { [name]: { ...named.settings, ...policyOf(options) } },
  });
  if ("issues" in result) {
    const issues = result.issues.map(({ path, message }) => ({ place: optionFor(path), path: [], message }));
    throw issuesError("USAGE", issues);
  }
  const label = (path: ConfigPath) => (path.length === 2 ? "source" : optionFor(path));
  return composeConfig(result.data, [], { env, tools, signal, cwd, directory: cwd, label });
}

/** See `adHocStorage` of the package's index. */
export function adHocStorage({ to, cwd }: Pick<AdHocOptions, "to" | "cwd">): StorageConfig {
  return storageConfig("repository", recogniseStorage(to), resolve(cwd));
}

function sourceless({ engine, into }: AdHocOptions): NamedSource {
  if (engine === undefined) throw new DbsaveError("USAGE", "no source is named");
  if (!isEngine(engine)) throw noEngine(engine);
  const kind = engineKind(engine);
  const wanted = into === undefined ? undefined : kind.wantedPlace(into);
  if (wanted === undefined) return { settings: kind.sourceless, name: engine };
  throw new DbsaveError("USAGE", `${engine}: no server is configured that the place could be on`, {
    hint: `Name the place as a whole: --into ${wanted}`,
  });
}

function policyOf(options: AdHocOptions): Readonly<Record<string, unknown>> {
  const { compress, keep, save, timezone, passphrase } = options;
  const recipients = options.recipients?.map((text) => (text.startsWith("age1") ? text : referenceOrFile(text)));
  const encrypt = recipients || passphrase ? defined({ age: recipients, passphrase }) : undefined;
  const verify = options.verify ?? (recipients && "hashes");
  const method = options.method?.includes(",") === true ? options.method.split(",") : options.method;
  return defined({ method, compress, keep, save, timezone, encrypt, verify });
}

function defined(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The option that put a value at `path`. */
function optionFor(path: ConfigPath): string {
  if (path[0] === "storages") return "--to";
  const [, , key, part] = path;
  if (key === undefined) return "--target";
  if (key === "path" || key === "container") return "source";
  return optionNames[`${String(key)}.${String(part)}`] ?? `--${String(key)}`;
}

const optionNames: Readonly<Record<string, string>> = {
  "encrypt.age": "--recipient",
  "encrypt.passphrase": "--passphrase",
  "encrypt.undefined": "--recipient",
};
