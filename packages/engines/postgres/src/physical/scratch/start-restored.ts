import type { ArtifactSource, Recovery, RunContext, ServerPlace } from "@dbsave/core";
import { imageOf } from "../../backup-image.ts";
import { withSession } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { maintenance, type ScratchServer, scratchOptions, serverArguments, tryOn } from "../../scratch.ts";
import { findServerTool } from "../../tools/find-tool.ts";
import { type PhysicalContents, physicalContentsOf } from "../contents.ts";
import { writeInside } from "../inside/inside.ts";
import { unpackInside } from "../inside/unpack-inside.ts";
import { automaticSettings, recoverySettings } from "../restore/recovery-files.ts";

/** Recovery replays all WAL of the backup. */
const readyTimeoutMs = 60 * 60_000;

const timescaleSettings = {
  shared_preload_libraries: "timescaledb",
  "timescaledb.max_background_workers": "0",
  "timescaledb.telemetry_level": "off",
};

/**
 * Unpacks a base backup with the stock `tar` where throw-away servers live, and starts a server on it, which recovers the WAL of
 * the backup, or as far as `recovery` says; resolves when it takes statements. None of its own settings hold: it reaches no archive and no primary, runs no
 * jobs, and everybody on its private socket is trusted. VERIFY_FAILED when an archive is not what its manifest says or the server
 * does not come up.
 */
export async function startRestored(
  options: ParsedOptions,
  source: ArtifactSource,
  ctx: RunContext,
  recovery?: Recovery,
): Promise<ScratchServer> {
  const contents = physicalContentsOf(source.manifest);
  const { serverMajor: major, bootstrapRole } = contents;
  const server = await (options.servers ?? ctx.servers).start(
    async (place) => {
      const data = await unpackAt(place, contents, source, recovery, ctx);
      const { directory, socketDirectory, tools } = place;
      const settings = {
        ...timescaleOf(contents),
        ...options.profile.scratchSettings,
        ...(major >= 17 ? { event_triggers: "off" } : {}), // one may refuse every login
        hot_standby: "off", // or it would need as much of everything as its source had, to recover
        max_prepared_transactions: String(contents.maxPreparedTransactions),
        config_file: `${directory}/postgresql.conf`,
        hba_file: `${directory}/pg_hba.conf`,
        ident_file: `${directory}/pg_ident.conf`,
      };
      const query = { tools, binDirectory: options.binDirectory, signal: ctx.signal };
      return {
        tool: await findServerTool("postgres", major, query),
        args: serverArguments(data, socketDirectory, settings),
        stopSignal: "SIGINT",
        ready: (signal) =>
          withSession(scratchOptions(options, bootstrapRole, place), maintenance, signal, async () => true),
      };
    },
    { name: `postgres ${major}`, signal: ctx.signal, ...imageOf(source.manifest), user: "postgres", readyTimeoutMs },
  );
  const reached = { ...scratchOptions(options, bootstrapRole, server), database: maintenance, databases: null };
  return { options: reached, try: tryOn(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function timescaleOf({ hasTimescale }: PhysicalContents): Readonly<Record<string, string>> {
  return hasTimescale ? timescaleSettings : {};
}

/** Resolves with the data directory. The settings are none but those of the recovery. */
async function unpackAt(
  { directory, tools }: ServerPlace,
  { tablespaces }: PhysicalContents,
  source: ArtifactSource,
  recovery: Recovery | undefined,
  ctx: RunContext,
): Promise<string> {
  const inside = { tools, signal: ctx.signal };
  const data = `${directory}/data`;
  const places = new Map(tablespaces.map(({ oid }) => [oid, `${directory}/${oid}`] as const));
  await unpackInside(inside, { directory: data, tablespaces: places }, source, recovery, ctx);
  const settings = recovery === undefined ? "" : recoverySettings("", recovery.route);
  await writeInside(inside, `${data}/${automaticSettings}`, settings);
  if (recovery !== undefined) await writeInside(inside, `${data}/recovery.signal`, "");
  await writeInside(inside, `${directory}/postgresql.conf`, "");
  await writeInside(inside, `${directory}/pg_hba.conf`, "local all all trust\n");
  await writeInside(inside, `${directory}/pg_ident.conf`, "");
  return data;
}
