import { adHocConfig, type TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Options } from "yargs";
import type { Session } from "../session/session.ts";
import { sourceOptions } from "./detected-source.ts";
import { resolvePlace } from "./find-config.ts";

/** For databases that no configuration describes. */
export const adHocOptions = {
  ...sourceOptions,
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
  recipient: {
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
} as const satisfies Record<string, Options>;

/** For databases that no configuration describes, and of those that one does. */
export const methodOption = {
  method: {
    type: "string",
    requiresArg: true,
    describe:
      "How the engine takes the backup: one of its methods, several with commas [as configured, else its first]",
  },
} as const satisfies Record<string, Options>;

export interface AdHocArguments {
  readonly source?: string | undefined;
  readonly engine?: string | undefined;
  readonly to?: string | undefined;
  readonly target?: string | undefined;
  readonly compress?: string | undefined;
  readonly recipient?: readonly string[] | undefined;
  readonly passphrase?: string | undefined;
  readonly method?: string | undefined;
}

/** Databases by path or URL, all with the same options. USAGE when two of them would have the same name. */
export async function adHocTargets(
  sources: readonly string[],
  args: AdHocArguments & { readonly to: string },
  session: Session,
): Promise<readonly TargetConfig[]> {
  const { engine, target, compress, recipient: recipients, passphrase, method } = args;
  if (sources.length > 1 && target !== undefined) {
    throw new DbsaveError("USAGE", "--target names one target, but several databases were named");
  }
  const { cwd, env, signal, run } = session;
  const [storage] = (await resolvePlace(args.to, session)).storages;
  const to = storage?.description ?? args.to;
  const common = { to, engine, target, compress, recipients, passphrase, method, cwd, env, signal, tools: run.tools };
  const configs = await Promise.all(sources.map((source) => adHocConfig({ ...common, source })));
  const targets = configs.flatMap((config) => config.targets);
  refuseTwins(targets);
  return targets;
}

/** Some file systems do not tell `App` from `app`. */
function refuseTwins(targets: readonly TargetConfig[]): void {
  for (const twins of Map.groupBy(targets, ({ name }) => name.toLowerCase()).values()) {
    const [first, second] = twins;
    if (first === undefined || second === undefined) continue;
    const message = `${first.source} and ${second.source} would both be the target "${first.name}"`;
    throw new DbsaveError("USAGE", message, { hint: "Back them up one by one, each with its own --target." });
  }
}
