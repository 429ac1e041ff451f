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

export interface DetectedDatabase {
  readonly path: string;
  /** How it was found, for people: `DATABASE_URL in .env`. */
  readonly reason: string;
}

/**
 * The one database that is meant: `source`; else what `DATABASE_URL` or any `sqlite:` URL in `env` says; else the same in the
 * directory's `.env`; else the only database file in the directory or in its usual places. A file counts when it begins
 * like a database or is empty. Fails with SOURCE_AMBIGUOUS, listing them, when several are possible, and with
 * SOURCE_NOT_FOUND when there is none, also when a URL names one that is not there. Reads names and 16 bytes per file.
 */
export async function detectSqlite({ source, env, cwd }: DetectOptions): Promise<DetectedDatabase> {
  if (source !== undefined) return await theOne([{ reason: "the given source", source }], cwd);
  for (const [where, variables] of [
    ["in the environment", env],
    ["in .env", await readEnvFile(cwd)],
  ] as const) {
    const hints = urlsIn(variables).map(([name, url]) => ({ reason: `${name} ${where}`, source: url }));
    if (hints.length > 0) return await theOne(hints, cwd);
  }
  const reason = "the only database file here";
  return single(
    cwd,
    (await databasesIn(cwd)).map((path) => ({ path, reason })),
  );
}

/** `DATABASE_URL` may use either scheme; elsewhere `file:` could mean anything. */
function urlsIn(variables: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] {
  return Object.entries(variables).flatMap(([name, value = ""]) =>
    /^sqlite3?:/i.test(value) || (name === "DATABASE_URL" && /^file:/i.test(value)) ? [[name, value] as const] : [],
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

async function theOne(
  hints: readonly { readonly reason: string; readonly source: string }[],
  cwd: string,
): Promise<DetectedDatabase> {
  const places = hints.flatMap(({ reason, source }) =>
    placesOf(source).map((place) => ({ reason, path: resolve(cwd, place) })),
  );
  const found: DetectedDatabase[] = [];
  for (const place of places) if (await isDatabase(place.path)) found.push(place);
  const reasons = [...new Set(hints.map(({ reason }) => reason))].join(", ");
  return single(`${reasons}: ${places.map(({ path }) => path).join(" or ")}`, found);
}

async function single(where: string, candidates: readonly DetectedDatabase[]): Promise<DetectedDatabase> {
  const real = new Map<string, DetectedDatabase>();
  for (const candidate of candidates) real.set(await realpath(candidate.path), candidate);
  const [found, ...others] = real.values();
  if (found === undefined) {
    const hint = "Name one: --source ./app.db";
    throw new DbsaveError("SOURCE_NOT_FOUND", `sqlite: no database found: ${where}`, { hint });
  }
  if (others.length === 0) return found;
  const paths = [found, ...others].map(({ path }) => path);
  const hint = `Name one: --source ${found.path}`;
  throw new DbsaveError("SOURCE_AMBIGUOUS", `sqlite: several databases found: ${paths.join(", ")}`, { hint });
}
