import { DbsaveError, type Finding, isDbsaveError, type ToolRunner } from "@dbsave/core";
import { toolText } from "./tool-text.ts";

export interface FoundTool {
  readonly path: string;
  readonly major: number;
  /** As it names itself: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
}

export interface ToolQuery {
  readonly tools: ToolRunner;
  readonly binDirectory: string | null;
  readonly signal: AbortSignal;
}

const newestMajor = 24;

/**
 * The program of the server's own major where there is one, else the oldest newer one: what a client writes is meant for
 * its own major or later. TOOL_MISSING, naming the versions that are there, when all are older than the server.
 */
export async function findTool(name: string, serverMajor: number, query: ToolQuery): Promise<FoundTool> {
  const tooOld: string[] = [];
  for (const path of candidates(name, serverMajor, query.binDirectory)) {
    const found = await look(path, query);
    if (found === undefined) continue;
    if (found.major >= serverMajor) return found;
    tooOld.push(`${path} is ${found.version}`);
  }
  const what = tooOld.length === 0 ? "there is none" : tooOld.join(", ");
  throw new DbsaveError("TOOL_MISSING", `postgres: ${name}: version ${serverMajor} or newer is needed, ${what}`, {
    hint: `Install the client programs of PostgreSQL ${serverMajor} (Debian: postgresql-client-${serverMajor}), or say where they are: bin_directory. A server in a container needs none here: docker:NAME/DATABASE.`,
  });
}

/** As `findTool`, where what is missing is one finding among others. */
export async function lookForTool(
  name: string,
  serverMajor: number,
  query: ToolQuery,
): Promise<{ readonly found?: FoundTool; readonly findings: readonly Finding[] }> {
  try {
    return { found: await findTool(name, serverMajor, query), findings: [] };
  } catch (error) {
    if (!isDbsaveError(error, "TOOL_MISSING")) throw error;
    const { code, hint } = error;
    const message = error.message.replace(`postgres: ${name}: `, "");
    return { findings: [{ severity: "error", code, object: name, message, fix: hint }] };
  }
}

/** The program `name` of exactly the server's major: another one cannot start its data. */
export async function findServerTool(name: string, major: number, query: ToolQuery): Promise<string> {
  for (const path of candidates(name, major, query.binDirectory)) {
    if ((await look(path, query))?.major === major) return path;
  }
  throw new DbsaveError("TOOL_MISSING", `postgres: ${name} ${major} is needed for a throw-away server: there is none`, {
    hint: `Install the server programs of PostgreSQL ${major} (Debian: postgresql-${major}).`,
  });
}

/** Where distributions put several versions side by side, then PATH. */
function candidates(name: string, major: number, binDirectory: string | null): readonly string[] {
  if (binDirectory !== null) return [`${binDirectory}/${name}`];
  const sideBySide = (version: number): readonly string[] => [
    `/usr/lib/postgresql/${version}/bin/${name}`,
    `/usr/pgsql-${version}/bin/${name}`,
  ];
  const newer = Array.from({ length: Math.max(0, newestMajor - major) }, (_, index) => sideBySide(major + 1 + index));
  return [...sideBySide(major), name, ...newer.flat()];
}

async function look(path: string, { tools, signal }: ToolQuery): Promise<FoundTool | undefined> {
  try {
    const output = await toolText(tools, path, ["--version"], { signal });
    const [, version = ""] = /\(PostgreSQL\) (.+)/.exec(output) ?? [];
    return { path, version: version.trim(), major: Number.parseInt(version, 10) };
  } catch (error) {
    if (isDbsaveError(error, "TOOL_MISSING")) return undefined;
    throw error;
  }
}
