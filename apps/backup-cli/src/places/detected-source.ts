import { detectSource } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Options } from "yargs";
import type { Session } from "../session/session.ts";

/** For commands that work on a database. */
export const sourceOptions = {
  source: {
    type: "string",
    requiresArg: true,
    describe: "Database: a path or URL [without a configuration: by DATABASE_URL, .env, or the only one here]",
  },
  engine: {
    type: "string",
    requiresArg: true,
    describe: "Engine of databases named by path or URL, where that does not show: timescaledb",
  },
} as const satisfies Record<string, Options>;

/** The database that nobody named. It is told, with how it was found. SOURCE_AMBIGUOUS, SOURCE_NOT_FOUND. */
export async function detectedSource({ env, cwd, reporter }: Session): Promise<string> {
  const { source, description, reason } = await detectSource({ env, cwd });
  reporter.tell("info", `found ${description}: ${reason}`);
  return source;
}

/** A choice that is made by what the configuration says of its target. */
export function notForConfigured(option: string): DbsaveError {
  const hint = "Write it into the configuration, or name a database by its path or URL.";
  return new DbsaveError("USAGE", `--${option} is for databases that the configuration does not describe`, { hint });
}

/** Names as words and by `--source`: it is not clear which are meant. */
export function namedTwice(names: readonly string[]): DbsaveError {
  const hint = "Name all of them without --source.";
  return new DbsaveError("USAGE", `--source and ${names.join(", ")}: databases are named in two ways`, { hint });
}
