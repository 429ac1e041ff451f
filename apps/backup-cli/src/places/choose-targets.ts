import { adHocConfig, type Config, type TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Options } from "yargs";
import type { Session } from "../session.ts";
import { configIfAny, resolvePlace } from "./find-config.ts";

/** For a database that no configuration describes. */
export const adHocOptions = {
  to: { type: "string", requiresArg: true, describe: "Repository for databases named by path or URL: a directory" },
  target: {
    type: "string",
    requiresArg: true,
    describe: "Name of the target in the repository [made from the file name]",
  },
  compress: {
    type: "string",
    requiresArg: true,
    describe: "none, gzip, gzip:1 to gzip:9, zstd, zstd:1 to zstd:22 [zstd]",
  },
  encrypt: {
    alias: "recipient",
    type: "string",
    array: true,
    requiresArg: true,
    describe: "Encrypt for this age recipient: age1..., or a file of them; repeatable",
  },
  passphrase: {
    type: "string",
    requiresArg: true,
    describe: "Encrypt with a passphrase kept at env:NAME, file:/path, cmd:program. Never the passphrase itself",
  },
  method: { type: "string", requiresArg: true, describe: "How the engine takes the backup [its first method]" },
} as const satisfies Record<string, Options>;

export interface AdHocArguments {
  readonly to?: string | undefined;
  readonly target?: string | undefined;
  readonly compress?: string | undefined;
  readonly encrypt?: readonly string[] | undefined;
  readonly passphrase?: string | undefined;
  readonly method?: string | undefined;
}

/** What is to be worked on. */
export interface ChosenTargets {
  readonly targets: readonly TargetConfig[];
  /** Described by the command line: its repository may be made. */
  readonly isAdHoc: boolean;
}

/** With `--to` every name is a path or URL; without it, the name of a target of the configuration, all when none is named. */
export async function chooseTargets(
  names: readonly string[],
  args: AdHocArguments,
  session: Session,
): Promise<ChosenTargets> {
  if (args.to !== undefined)
    return { targets: await adHocTargets(names, { ...args, to: args.to }, session), isAdHoc: true };
  const given = Object.entries(args).filter(([name, value]) => name in adHocOptions && value !== undefined);
  const [first] = given;
  if (first !== undefined) throw needsTo(`--${first[0]}`);
  const config = await configIfAny(session);
  if (config === undefined) throw names.length > 0 ? needsTo(names.join(" ")) : nothingNamed();
  return { targets: selectTargets(config, names), isAdHoc: false };
}

async function adHocTargets(
  names: readonly string[],
  args: AdHocArguments & { readonly to: string },
  session: Session,
): Promise<readonly TargetConfig[]> {
  if (names.length === 0)
    throw new DbsaveError("USAGE", "no database was named", {
      hint: "Name one: dbsave backup ./app.db --to ./backups",
    });
  if (names.length > 1 && args.target !== undefined)
    throw new DbsaveError("USAGE", "--target names one target, but several databases were named");
  const { encrypt: recipients, ...rest } = args;
  const { cwd, env, signal, run } = session;
  const [storage] = (await resolvePlace(args.to, session)).storages;
  const to = storage?.description ?? args.to;
  const configs = names.map((source) =>
    adHocConfig({ ...rest, recipients, to, source, cwd, env, signal, tools: run.tools }),
  );
  const targets = (await Promise.all(configs)).flatMap((config) => config.targets);
  const twice = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) !== index);
  if (twice === undefined) return targets;
  throw new DbsaveError("USAGE", `two of these databases would be the target "${twice.name}"`, {
    hint: "Back them up one by one, each with its own --target.",
  });
}

function selectTargets(config: Config, names: readonly string[]): readonly TargetConfig[] {
  const path = names.find((name) => /[/\\:]/.test(name));
  if (path !== undefined) throw needsTo(path);
  return config.select(names);
}

function needsTo(what: string): DbsaveError {
  return new DbsaveError("USAGE", `${what}: no repository was named`, {
    hint: "Name one: --to ./backups. It is made when it is not there.",
  });
}

function nothingNamed(): DbsaveError {
  return new DbsaveError(
    "CONFIG_NOT_FOUND",
    "no database was named, and there is no configuration that would name one",
    {
      hint: "Name both: dbsave backup ./app.db --to ./backups. Or write a configuration with `dbsave init`.",
    },
  );
}
