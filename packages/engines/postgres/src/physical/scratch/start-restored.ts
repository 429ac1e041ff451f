import { Readable } from "node:stream";
import { type ArtifactSource, DbsaveError, type Recovery, type RunContext, type ServerPlace } from "@dbsave/core";
import { imageOf } from "../../backup-image.ts";
import { withSession } from "../../connect.ts";
import type { ParsedOptions } from "../../options.ts";
import { maintenance, type ScratchServer, scratchOptions, serverArguments, tryOn } from "../../scratch.ts";
import { discard, feedWhole } from "../../tools/feed-whole.ts";
import { findServerTool } from "../../tools/find-tool.ts";
import { toolText } from "../../tools/tool-text.ts";
import { archiveOf, directoryOf } from "../artifacts.ts";
import { compareWithManifest } from "../compare-with-manifest.ts";
import { type PhysicalContents, physicalContentsOf } from "../contents.ts";
import { ArchivedFiles, ArchiveHasher } from "../manifest/archived-files.ts";
import { readArchive } from "../open-archive.ts";
import { readAlong } from "../read-along.ts";
import { automaticSettings, mapTablespaces, signals, tablespaceMap } from "../restore/recovery-files.ts";

/** Recovery replays all WAL of the backup. */
const readyTimeoutMs = 60 * 60_000;

const timescaleSettings = {
  shared_preload_libraries: "timescaledb",
  "timescaledb.max_background_workers": "0",
  "timescaledb.telemetry_level": "off",
};

/**
 * Unpacks a base backup with the stock `tar` where throw-away servers live, and starts a server on it, which recovers the WAL of
 * the backup; resolves when it takes statements. None of its own settings hold: it reaches no archive and no primary, runs no
 * jobs, and everybody on its private socket is trusted. VERIFY_FAILED when an archive is not what its manifest says or the server
 * does not come up.
 */
export async function startRestored(
  options: ParsedOptions,
  source: ArtifactSource,
  ctx: RunContext,
  recovery?: Recovery,
): Promise<ScratchServer> {
  if (recovery !== undefined)
    throw new DbsaveError("UNSUPPORTED", "postgres: a throw-away server cannot recover beyond its backup");
  const contents = physicalContentsOf(source.manifest);
  const { serverMajor: major, bootstrapRole } = contents;
  const server = await (options.servers ?? ctx.servers).start(
    async (place) => {
      const data = await unpackAt(place, contents, source, ctx);
      const { directory, socketDirectory, tools } = place;
      const settings = {
        ...timescaleOf(contents),
        ...options.profile.scratchSettings,
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

/** Resolves with the data directory. The files are those of the backup but for settings and the places of tablespaces. */
async function unpackAt(
  { directory, tools }: ServerPlace,
  { tablespaces }: PhysicalContents,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<string> {
  const { signal } = ctx;
  const archived = new ArchivedFiles();
  const unpack = async (name: string, into: string): Promise<void> => {
    await toolText(tools, "mkdir", ["-m", "700", into], { signal });
    const plain = Readable.from(readArchive(source, name, signal), { objectMode: false });
    const body = readAlong(plain, new ArchiveHasher(archived.archive(directoryOf(name))));
    await feedWhole(tools, ["tar", "-x", "-f", "-", "-C", into], { signal }, body, discard);
  };
  const write = async (path: string, contents: string): Promise<void> => {
    await feedWhole(tools, ["tee", path], { signal }, Readable.from([Buffer.from(contents)]), discard);
  };
  const data = `${directory}/data`;
  const places = new Map(tablespaces.map(({ oid }) => [oid, `${directory}/${oid}`] as const));
  for (const [oid, into] of places) await unpack(archiveOf(source, oid), into);
  await unpack(archiveOf(source, "base"), data);
  const { problems } = await compareWithManifest(source, archived, signal);
  if (problems.length > 0)
    throw new DbsaveError("VERIFY_FAILED", `postgres: the backup is not whole: ${problems.join("; ")}`);
  await toolText(tools, "rm", ["-f", ...signals.map((name) => `${data}/${name}`)], { signal });
  await write(`${data}/${tablespaceMap}`, mapTablespaces(places));
  await write(`${data}/${automaticSettings}`, "");
  await write(`${directory}/postgresql.conf`, "");
  await write(`${directory}/pg_hba.conf`, "local all all trust\n");
  await write(`${directory}/pg_ident.conf`, "");
  return data;
}
