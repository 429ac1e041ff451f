import type { ArtifactSource, RunContext } from "@dbsave/core";
import { abortStream } from "@dbsave/core";
import type { DumpArtifact } from "../artifacts.ts";
import type { ParsedOptions } from "../options.ts";
import { discard, feedWhole } from "./feed-whole.ts";
import { toolConnection } from "./tool-connection.ts";
import type { ToolDirectory } from "./tool-directory.ts";
import { toolText } from "./tool-text.ts";

/** The dump of one database, as pg_restore reads it. */
export interface Dump {
  /** What `pg_restore --list` prints with these arguments more. */
  list(args: readonly string[]): Promise<string>;
  /** Lets pg_restore restore from it. TOOL_FAILED at its first error, or as the artifact fails. */
  restore(args: readonly string[]): Promise<void>;
}

interface Reading {
  readonly options: ParsedOptions;
  readonly source: ArtifactSource;
  readonly artifact: DumpArtifact;
  /** Path of pg_restore. */
  readonly tool: string;
}

/** Goes from the artifact straight into pg_restore. Listing reads its beginning only. */
export function streamedDump({ options, source, artifact: { name }, tool }: Reading, ctx: RunContext): Dump {
  const tools = options.tools ?? ctx.tools;
  const run = { signal: ctx.signal, env: toolConnection(options) };
  return {
    async list(args) {
      const body = abortStream(await source.open(name), ctx.signal, "postgres: restore");
      try {
        return await toolText(tools, tool, ["--list", ...args], { ...run, input: body });
      } finally {
        body.destroy();
      }
    },
    restore: async (args) => await feedWhole(tools, [tool, ...args], run, await source.open(name), discard),
  };
}

/**
 * Puts the whole dump into `directory` first, as plain data, and only then lets pg_restore see it: several sessions can read
 * it side by side, and its checksum is known. NO_SPACE when there is too little for it.
 */
export async function storedDump(
  { options, source, artifact, tool }: Reading,
  directory: ToolDirectory,
  jobs: number,
  ctx: RunContext,
): Promise<Dump> {
  const tools = options.tools ?? ctx.tools;
  const run = { signal: ctx.signal, env: toolConnection(options) };
  const file = await storeDump(source, artifact, directory);
  return {
    list: (args) => toolText(tools, tool, ["--list", ...args, file], run),
    async restore(args) {
      await toolText(tools, tool, [`--jobs=${jobs}`, ...args, file], run);
    },
  };
}

/** Puts a dump into `directory` and resolves with its path there, for pg_restore. */
export async function storeDump(
  source: ArtifactSource,
  { name, directory: inside }: DumpArtifact,
  directory: ToolDirectory,
): Promise<string> {
  const { plainBytes = 0 } = source.manifest.artifacts.find((candidate) => candidate.name === name) ?? {};
  await directory.refuseWithout(plainBytes);
  const body = await source.open(name);
  if (inside === undefined) return await directory.write("dump", body);
  await directory.unpack(body);
  return `${directory.path}/${inside}`;
}
