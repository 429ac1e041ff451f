import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isDbsaveError, systemCode, toDbsaveError } from "@dbsave/core";
import type { DetectedSource } from "./detected-source.ts";
import { connectionPlace, describeConnection } from "./engines/postgres-source.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** See `detectSource` of the package's index. */
export async function detectSource({
  env,
  cwd,
}: {
  readonly env: Environment;
  readonly cwd: string;
}): Promise<DetectedSource> {
  const told = serverIn(env, "DATABASE_URL in the environment");
  if (told !== undefined) return told;
  const filed = env["DATABASE_URL"] ? undefined : serverIn(await environmentFile(cwd), "DATABASE_URL in .env");
  if (filed !== undefined) return filed;
  const { detectSqlite } = await import("@dbsave/sqlite");
  try {
    const { path, reason } = await detectSqlite({ env, cwd });
    return { source: path, description: path, reason };
  } catch (error) {
    const variable = ["PGHOST", "PGSERVICE", "PGDATABASE"].find((name) => env[name]);
    if (variable === undefined || !isDbsaveError(error, "SOURCE_NOT_FOUND")) throw error;
    const source = "postgres://";
    return { source, description: describeConnection(source, undefined), reason: `${variable} in the environment` };
  }
}

function serverIn({ DATABASE_URL: url = "" }: Environment, reason: string): DetectedSource | undefined {
  if (connectionPlace(url) === undefined) return undefined;
  return { source: url, description: describeConnection(url, undefined), reason };
}

async function environmentFile(directory: string): Promise<Environment> {
  try {
    return parseEnv(await readFile(join(directory, ".env"), "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw toDbsaveError(error, "SOURCE_NOT_FOUND", `config: cannot read ${join(directory, ".env")}`);
  }
}
