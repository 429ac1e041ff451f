import { Readable } from "node:stream";
import type { ArtifactSink, BackupFacts, BackupRequest, FingerprintItem, RecipeStep, RunContext } from "@dbsave/core";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { databasesName, directoryName, dumpName, globalsName, tarName } from "./artifacts.ts";
import { backupDatabase } from "./backup-database.ts";
import { backupGlobals } from "./backup-globals.ts";
import { imageDetails } from "./backup-image.ts";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import { withSession } from "./connect.ts";
import { chooseDatabases } from "./databases/choose.ts";
import { mergeDetails } from "./describe-databases.ts";
import { assemble, fingerprintGlobals } from "./fingerprint.ts";
import { describe, type ParsedOptions } from "./options.ts";
import { backupPhysical } from "./physical/backup-physical.ts";
import { serverCompression } from "./physical/options.ts";
import type { Details, PostgresProfile, ReadStep } from "./profile.ts";
import { readServer, toolQuery } from "./server.ts";
import { findTool } from "./tools/find-tool.ts";

/** What each method can take. */
export const kinds = { logical: ["full"], physical: ["full", "incremental"] } as const;

/** UNSUPPORTED before anything is read or written; ABORTED whatever a cancellation broke first. */
export async function backup(
  options: ParsedOptions,
  request: BackupRequest,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const { methods, physical } = options;
  const { method = methods[0], kind } = request;
  const isKnown = methods.some((known) => known === method && kinds[known].some((each) => each === kind));
  if (!isKnown)
    throw new DbsaveError(
      "UNSUPPORTED",
      `postgres: cannot back up by ${method}, ${kind}: it can by ${methods.map((known) => `${known} (${kinds[known].join(", ")})`).join(" or ")}`,
    );
  try {
    if (method === "logical" || physical === null) return await backupLogical(options, request, sink, ctx);
    const { parent } = request;
    const order = { ...physical, compression: serverCompression(request, physical), ...(parent && { parent }) };
    return await backupPhysical(options, order, sink, ctx);
  } catch (error) {
    if (ctx.signal.aborted)
      throw new DbsaveError("ABORTED", `postgres: backup cancelled: ${describe(options)}`, { cause: error });
    throw toDbsaveError(error, "BACKUP_FAILED", `postgres: backup failed: ${describe(options)}`);
  }
}

/** One dump per database, each of its own snapshot; the globals; and how the databases were made. */
async function backupLogical(
  options: ParsedOptions,
  { compression }: BackupRequest,
  sink: ArtifactSink,
  ctx: RunContext,
): Promise<BackupFacts> {
  const databases = await chooseDatabases(options, ctx.signal);
  const consistentAt = ctx.now();
  const server = await withSession(options, options.database, ctx.signal, readServer);
  const query = toolQuery(options, ctx);
  const pgDump = await findTool("pg_dump", server.major, query);
  const pgDumpall = await findTool("pg_dumpall", server.major, query);
  const items: FingerprintItem[] = [];
  const settings: DatabaseSettings[] = [];
  const more: Details[] = [];
  for (const database of databases) {
    const taken = await backupDatabase(options, database, { server, pgDump, compression }, sink, ctx);
    items.push(...taken.items);
    settings.push(taken.settings);
    more.push(taken.details);
  }
  const rolePasswords = await backupGlobals(options, { server, pgDumpall }, sink, ctx);
  items.push(...(await fingerprintGlobals(options, ctx.signal)));
  const info = { name: databasesName, mediaType: "application/json" };
  await sink.write(info, Readable.from([`${JSON.stringify(settings, null, 2)}\n`], { objectMode: false }));
  return {
    method: "logical",
    kind: "full",
    consistentAt,
    fingerprint: assemble(options, items),
    recipe: recipe(options, settings),
    details: {
      serverVersion: server.version,
      clientVersion: pgDump.version,
      bootstrapRole: server.bootstrapRole,
      rolePasswords,
      databases: JSON.stringify(databases),
      names: options.databases === null ? "plain" : "by database",
      ...imageDetails(options.image),
      ...mergeDetails(more),
    },
  };
}

function recipe({ profile, dumpJobs }: ParsedOptions, databases: readonly DatabaseSettings[]): readonly RecipeStep[] {
  return [
    {
      explain:
        "Create the roles, with their old passwords: from here on the superuser has that of the old server. Only `role ... already exists` may be reported.",
      artifact: globalsName,
      pipeTo: "psql -X -d postgres",
    },
    ...databases.flatMap((settings) => [
      ...(settings.name === "postgres" ? [renameMaintenance] : []),
      ...(dumpJobs > 1 ? directorySteps(profile, settings, dumpJobs) : streamSteps(profile, settings)),
    ]),
    {
      explain: "How each database was made, and the versions of its extensions: to read.",
      artifact: databasesName,
      into: databasesName,
    },
  ];
}

/** Every new server has a database of this name already. */
const renameMaintenance: RecipeStep = {
  explain: 'Move the "postgres" of the new server out of the way: nothing in it is lost.',
  run: `psql -X -v ON_ERROR_STOP=1 -d template1 -c 'ALTER DATABASE postgres RENAME TO postgres_before_restore'`,
};

function directorySteps(profile: PostgresProfile, settings: DatabaseSettings, jobs: number): readonly RecipeStep[] {
  const { name } = settings;
  const directory = `'./${directoryName(name)}'`;
  const read: ReadStep = (explain, args) => ({ explain, run: `pg_restore ${args} ${directory}` });
  return [
    {
      explain: `Unpack the dump of the database ${JSON.stringify(name)}, a directory.`,
      artifact: tarName(name),
      pipeTo: "tar -x -f -",
    },
    ...(profile.recipe?.(settings, read) ?? [read(createAndFill(name), `${plainArguments} --jobs=${jobs}`)]),
    { explain: "Remove the directory.", run: `rm -r ${directory}` },
  ];
}

function streamSteps(profile: PostgresProfile, settings: DatabaseSettings): readonly RecipeStep[] {
  const artifact = dumpName(settings.name);
  const read: ReadStep = (explain, args) => ({ explain, artifact, pipeTo: `pg_restore ${args}` });
  return profile.recipe?.(settings, read) ?? [read(createAndFill(settings.name), plainArguments)];
}

/** template1 is on every server and in no backup. */
const plainArguments = "--exit-on-error --create -d template1";

function createAndFill(name: string): string {
  return `Create and fill the database ${JSON.stringify(name)}; it must not exist yet.`;
}
