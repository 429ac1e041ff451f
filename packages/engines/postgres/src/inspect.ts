import { text } from "node:stream/consumers";
import { type ArtifactSource, type Finding, isDbsaveError, type RunContext, type ToolRunner } from "@dbsave/core";
import { type DumpArtifact, databasesName, dumpArtifact, globalsName } from "./artifacts.ts";
import { contentsOf, readDatabaseSettings, readText } from "./backup-contents.ts";
import { itemPrefix } from "./fingerprint.ts";
import { missingTables } from "./inspect-toc.ts";
import type { ParsedOptions } from "./options.ts";
import { splitStatements } from "./sql/statements.ts";
import { discard, feedWhole } from "./tools/feed-whole.ts";
import { storeDump } from "./tools/open-dump.ts";
import { withPgRestore } from "./tools/reading-tools.ts";
import { makeToolDirectory } from "./tools/tool-directory.ts";
import { toolText } from "./tools/tool-text.ts";

/**
 * Lets pg_restore read each dump to its last byte, and looks in its table of contents for every table of the fingerprint.
 * Needs no server. Damage is an error; what kept the bytes from being read is thrown.
 */
export async function inspect(
  options: ParsedOptions,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<readonly Finding[]> {
  return await withPgRestore(options, source.manifest, ctx, ({ path }, tools) => inspectBy(path, tools, source, ctx));
}

async function inspectBy(
  path: string,
  tools: ToolRunner,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<readonly Finding[]> {
  const { databases, isPlain } = contentsOf(source.manifest);
  const run = { signal: ctx.signal };
  const findings: Finding[] = [];
  for (const database of databases) {
    const artifact = dumpArtifact(source.manifest, database);
    findings.push(
      ...(await judge(artifact.name, async () => {
        const toc = await (artifact.directory === undefined ? readStreamed(artifact.name) : readStored(artifact));
        return missingTables(toc, source.manifest.fingerprint, isPlain ? "" : itemPrefix(database));
      })),
    );
  }
  findings.push(...(await judge(databasesName, () => checkSettings(source, ctx.signal))));
  findings.push(...(await judge(globalsName, () => checkGlobals(source, ctx.signal))));
  return findings;

  async function readStreamed(name: string): Promise<string> {
    await feedWhole(tools, [path, "--file=/dev/null"], run, await source.open(name), discard);
    return await feedWhole(tools, [path, "--list"], run, await source.open(name), text);
  }

  async function readStored(artifact: DumpArtifact): Promise<string> {
    await using directory = await makeToolDirectory(tools, ctx);
    const file = await storeDump(source, artifact, directory);
    await toolText(tools, path, ["--file=/dev/null", file], run);
    return await toolText(tools, path, ["--list", file], run);
  }
}

async function checkSettings(source: ArtifactSource, signal: AbortSignal): Promise<readonly Finding[]> {
  await readDatabaseSettings(source, signal);
  return [];
}

async function checkGlobals(source: ArtifactSource, signal: AbortSignal): Promise<readonly Finding[]> {
  const body = await readText(source, globalsName, signal);
  if (splitStatements(body).some((statement) => statement.startsWith("CREATE ROLE "))) return [];
  return [{ severity: "error", code: "SOURCE_INVALID", object: globalsName, message: "it creates no role" }];
}

async function judge(object: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!isDbsaveError(error, "TOOL_FAILED") && !isDbsaveError(error, "SOURCE_INVALID")) throw error;
    return [{ severity: "error", code: "SOURCE_INVALID", object, message: error.message }];
  }
}
