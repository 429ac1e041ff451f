import { readFile, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { DbsaveError, systemCode, toDbsaveError } from "@dbsave/core";
import { databasesIn, isDatabase } from "./detect/database-files.ts";
import { placesOf } from "./detect/sqlite-url.ts";

export interface DetectOptions {
  /** A path or a URL; then nothing else is looked at. */
  readonly source?: string;
  /** The environment of the application, such as `process.env` of the app that asks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The application's directory. */
  readonly cwd: string;
}

/**
 * The path of the one database that is meant: `source`; else what `DATABASE_URL` or any `sqlite:` URL in `env` says; else
 * the same in the directory's `.env`; else the only database file in the directory or in its usual places. A file counts
 * when it begins like a database or is empty. Fails with SOURCE_AMBIGUOUS, listing them, when several are possible, and
 * with SOURCE_NOT_FOUND when there is none, also when a URL names one that is not there. Reads names and 16 bytes per file.
 */
export async function detectSqlite({ source, env, cwd }: DetectOptions): Promise<string> {
  if (source !== undefined) return await theOne(source, [source], cwd);
  for (const [where, variables] of [
    ["the environment", env],
    [".env", await readEnvFile(cwd)],
  ] as const) {
    const urls = urlsIn(variables);
    if (urls.length > 0) return await theOne(where, urls, cwd);
  }
  return single(cwd, await databasesIn(cwd));
}

/** `DATABASE_URL` may use either scheme; elsewhere `file:` could mean anything. */
function urlsIn(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value = ""]) =>
    /^sqlite3?:/i.test(value) || (name === "DATABASE_URL" && /^file:/i.test(value)) ? [value] : [],
  );
}

async function readEnvFile(cwd: string): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return parseEnv(await readFile(join(cwd, ".env"), "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw toDbsaveError(error, "SOURCE_NOT_FOUND", `sqlite: cannot read ${join(cwd, ".env")}`);
  }
}

async function theOne(where: string, sources: readonly string[], cwd: string): Promise<string> {
  const places = sources.flatMap((source) => placesOf(source)).map((place) => resolve(cwd, place));
  const found: string[] = [];
  for (const place of places) if (await isDatabase(place)) found.push(place);
  return single(`${where}: ${places.join(" or ")}`, found);
}

async function single(where: string, paths: readonly string[]): Promise<string> {
  const real = new Map<string, string>();
  for (const path of paths) real.set(await realpath(path), path);
  const [found, ...others] = real.values();
  if (found === undefined) throw new DbsaveError("SOURCE_NOT_FOUND", `sqlite: no database found: ${where}`);
  if (others.length === 0) return found;
  throw new DbsaveError("SOURCE_AMBIGUOUS", `sqlite: several databases found: ${[found, ...others].join(", ")}`);
}
