import type { ArtifactSource, RunContext } from "@dbsave/core";
import { dumpName } from "./artifacts.ts";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import { withSession } from "./connect.ts";
import { applySettings } from "./databases/create.ts";
import type { ParsedOptions } from "./options.ts";
import type { NewDatabase, PostgresProfile, Pour } from "./profile.ts";
import { databaseArgument } from "./sql/quote.ts";
import { discard, feedWhole } from "./tools/feed-whole.ts";
import type { FoundTool } from "./tools/find-tool.ts";
import { toolConnection } from "./tools/tool-connection.ts";

export interface Filling {
  readonly source: ArtifactSource;
  readonly pgRestore: FoundTool;
  readonly keepTablespaces: boolean;
}

/**
 * Fills the empty database `temporary`. The first error of pg_restore ends it: what it calls ignored errors are lost tables.
 * Then statistics, which a dump does not carry, and the settings of the old database.
 */
export async function fillDatabase(
  options: ParsedOptions,
  settings: DatabaseSettings,
  temporary: string,
  { source, pgRestore, keepTablespaces }: Filling,
  ctx: RunContext,
): Promise<void> {
  const args = [
    "--exit-on-error",
    "--no-password",
    ...(keepTablespaces ? [] : ["--no-tablespaces"]),
    ...(options.isIsolated ? ["--no-subscriptions"] : []),
    `--dbname=${databaseArgument(temporary)}`,
  ];
  const run = { signal: ctx.signal, env: toolConnection(options) };
  const pour: Pour = async (more) => {
    const body = await source.open(dumpName(settings.name));
    await feedWhole(options.tools ?? ctx.tools, [pgRestore.path, ...args, ...more], run, body, discard);
  };
  await fillBy(options.profile, newDatabase(options, settings, temporary, ctx.signal), pour);
  await withSession(options, temporary, ctx.signal, async (session) => {
    await session.query("ANALYZE");
    await applySettings(session, temporary, settings);
  });
}

async function fillBy(profile: PostgresProfile, database: NewDatabase, pour: Pour): Promise<void> {
  await (profile.fill === undefined ? pour([]) : profile.fill(database, pour));
}

function newDatabase(
  options: ParsedOptions,
  settings: DatabaseSettings,
  name: string,
  signal: AbortSignal,
): NewDatabase {
  return {
    settings,
    name,
    isIsolated: options.isIsolated,
    signal,
    session: (work, own = signal) => withSession(options, name, own, work),
  };
}
