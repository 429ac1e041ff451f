import type { TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { type AdHocArguments, adHocOptions, adHocTargets } from "./ad-hoc-targets.ts";
import { detectedSource, namedTwice, notForConfigured } from "./detected-source.ts";
import { configIfAny } from "./find-config.ts";

/** What is to be worked on. */
export interface ChosenTargets {
  readonly targets: readonly TargetConfig[];
  /** Described by the command line: its repository may be made. */
  readonly isAdHoc: boolean;
}

/**
 * With `--to` every name is a path or URL, and where no configuration is, none is needed when there is only one database.
 * Without `--to` every name is that of a target of the configuration, all when none is named.
 */
export async function chooseTargets(
  names: readonly string[],
  args: AdHocArguments,
  session: Session,
): Promise<ChosenTargets> {
  const { to, source } = args;
  if (source !== undefined && names.length > 0) throw namedTwice(names);
  const named = source === undefined ? names : [source];
  if (to !== undefined) {
    const sources = named.length > 0 ? named : [await onlySource(session)];
    return { targets: await adHocTargets(sources, { ...args, to }, session), isAdHoc: true };
  }
  if (source !== undefined) throw needsTo(source);
  const config = await configIfAny(session);
  if (config === undefined) throw names.length > 0 ? needsTo(names.join(" ")) : nothingNamed();
  const isTarget = (name: string): boolean => config.targets.some((target) => target.name === name);
  const path = names.find((name) => /[/\\:.=]/.test(name) && !isTarget(name));
  if (path !== undefined) throw needsTo(path);
  const option = Object.entries(args).find(([name, value]) => name in adHocOptions && value !== undefined)?.[0];
  if (option !== undefined) throw notForConfigured(option);
  return { targets: config.select(names), isAdHoc: false };
}

/** A configuration says what is to be backed up: then nothing is guessed. */
async function onlySource(session: Session): Promise<string> {
  const config = await configIfAny(session);
  if (config === undefined) return await detectedSource(session);
  const hint =
    "Name it by its path: dbsave backup ./app.db --to ./backups. The targets of the configuration need no --to.";
  throw new DbsaveError(
    "USAGE",
    "--to is for a database that the configuration does not describe, and none was named",
    {
      hint,
    },
  );
}

function needsTo(what: string): DbsaveError {
  const hint = "Name one: --to ./backups. It is made when it is not there.";
  return new DbsaveError("USAGE", `${what}: no repository was named`, { hint });
}

function nothingNamed(): DbsaveError {
  const message = "no repository was named, and there is no configuration that would name one";
  const hint = "Name one: dbsave backup --to ./backups. Or write a configuration with `dbsave init`.";
  return new DbsaveError("CONFIG_NOT_FOUND", message, { hint });
}
