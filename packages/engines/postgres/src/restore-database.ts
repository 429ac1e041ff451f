import { Readable } from "node:stream";
import type { ArtifactSource, Fingerprint, RunContext } from "@dbsave/core";
import { dumpArtifact } from "./artifacts.ts";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import { withSession } from "./connect.ts";
import { applySettings } from "./databases/create.ts";
import type { ParsedOptions } from "./options.ts";
import type { NewDatabase, PostgresProfile, Pour } from "./profile.ts";
import type { CompletePart } from "./selection/complete-part.ts";
import type { Part } from "./selection/part.ts";
import { partOfDump } from "./selection/part-list.ts";
import { expectedOfPart } from "./selection/restored-part.ts";
import type { FoundTool } from "./tools/find-tool.ts";
import { storedDump, streamedDump } from "./tools/open-dump.ts";
import { toolDatabase } from "./tools/tool-connection.ts";
import { makeToolDirectory, type ToolDirectory } from "./tools/tool-directory.ts";

export interface Filling {
  readonly source: ArtifactSource;
  readonly pgRestore: FoundTool;
  readonly keepTablespaces: boolean;
  /** Sessions of pg_restore. */
  readonly jobs: number;
}

export interface NewContents {
  readonly settings: DatabaseSettings;
  /** Null for all of the database. */
  readonly part: Part | null;
  /** What the backup's fingerprint says of the whole database. */
  readonly whole: Fingerprint;
}

export interface FilledContents {
  readonly expected: Fingerprint;
  readonly foreignKeysLeftOut: number;
}

/**
 * Fills the empty database `temporary`. The first error of pg_restore ends it: what it calls ignored errors are lost tables.
 * Then statistics, which a dump does not carry, and the settings of the old database.
 */
export async function fillDatabase(
  options: ParsedOptions,
  temporary: string,
  { settings, part, whole }: NewContents,
  { source, pgRestore, keepTablespaces, jobs }: Filling,
  ctx: RunContext,
): Promise<FilledContents> {
  const artifact = dumpArtifact(source.manifest, settings.name);
  const mustBeStored = jobs > 1 || artifact.directory !== undefined;
  const tools = options.tools ?? ctx.tools;
  await using directory = part === null && !mustBeStored ? undefined : await makeToolDirectory(tools, ctx);
  const reading = { options, source, artifact, tool: pgRestore.path };
  const isStored = directory !== undefined && mustBeStored;
  const dump = isStored ? await storedDump(reading, directory, jobs, ctx) : streamedDump(reading, ctx);
  const selected = part === null ? null : await partOfDump(part, (more) => dump.list(more));
  const args = [
    "--exit-on-error",
    "--no-password",
    ...(keepTablespaces ? [] : ["--no-tablespaces"]),
    ...(options.isIsolated ? ["--no-subscriptions"] : []),
    ...(selected === null || directory === undefined ? [] : [await useList(selected, directory)]),
    `--dbname=${toolDatabase(temporary)}`,
  ];
  const database = newDatabase(options, { settings, name: temporary, jobs }, ctx.signal);
  await fillBy(options.profile, database, (more) => dump.restore([...args, ...more]));
  return await withSession(options, temporary, ctx.signal, async (session) => {
    await session.query("ANALYZE");
    await applySettings(session, temporary, settings);
    if (part === null || selected === null) return { expected: whole, foreignKeysLeftOut: 0 };
    const expected = await expectedOfPart(session, whole, part, selected);
    return { expected, foreignKeysLeftOut: selected.foreignKeysLeftOut.length };
  });
}

/** The argument that makes pg_restore restore just these entries. */
async function useList({ entries }: CompletePart, directory: ToolDirectory): Promise<string> {
  const lines = entries.map(({ id }) => `${id};\n`);
  return `--use-list=${await directory.write("list", Readable.from(lines, { objectMode: false }))}`;
}

async function fillBy(profile: PostgresProfile, database: NewDatabase, pour: Pour): Promise<void> {
  await (profile.fill === undefined ? pour([]) : profile.fill(database, pour));
}

function newDatabase(
  options: ParsedOptions,
  facts: Pick<NewDatabase, "settings" | "name" | "jobs">,
  signal: AbortSignal,
): NewDatabase {
  return { ...facts, session: (work, own = signal) => withSession(options, facts.name, own, work) };
}
