import { dirname, join } from "node:path";
import {
  DbsaveError,
  type LastingServer,
  type Manifest,
  type RestoreRequest,
  type RunContext,
  type StartedServer,
  type StartOrder,
} from "@dbsave/core";
import { imageOf } from "../../backup-image.ts";
import type { ParsedOptions } from "../../options.ts";
import { findServerTool } from "../../tools/find-tool.ts";
import { parseLsn } from "../../wal/lsn.ts";
import { type PhysicalContents, physicalContentsOf } from "../contents.ts";
import { type RestorePlaces, restorePlaces } from "../restore/places.ts";
import { followRecovery, type RecoverySpan } from "./follow-recovery.ts";
import { writeMissingSettings } from "./missing-settings.ts";
import { reachedIn } from "./reached.ts";

const defaultTimeoutMs = 60 * 60_000;
const defaultPort = 5432;
/** Of a unix socket's path, in bytes. */
const longestSocketPath = 107;

/** What a restore is asked that is started afterwards. */
export type StartRequest = RestoreRequest & { readonly start: StartOrder };

export function isStarted(request: RestoreRequest): request is StartRequest {
  return request.start !== undefined;
}

/** The step of a plan. OPTIONS_INVALID for a directory that a server cannot have its socket in. */
export function startStep(directory: string, start: StartOrder): string {
  const socket = socketOf(directory, start);
  if (Buffer.byteLength(socket) > longestSocketPath)
    throw new DbsaveError("OPTIONS_INVALID", `postgres: the path of its unix socket would be too long: ${socket}`, {
      hint: "Restore into a directory with a shorter path.",
    });
  return "start a server on it that archives nothing and follows nobody, wait until it has recovered, and leave it running";
}

/**
 * Starts a server on what `restorePhysical` made and waits until it has recovered, reached its target and begun its timeline: in a container
 * of the backup's image where it comes from one, else by this machine's programs of the same major, as the owner of the directory. It listens on
 * a socket in that directory, and on loopback where a port is named; it archives nothing and runs no subscriptions. When it does not come up, it
 * is stopped, and what was restored stays.
 */
export async function startDirectory(
  options: ParsedOptions,
  directory: string,
  request: StartRequest,
  manifest: Manifest,
  ctx: RunContext,
): Promise<StartedServer> {
  const begun = performance.now();
  const { start } = request;
  const contents = physicalContentsOf(manifest);
  const places = restorePlaces(directory, contents, request.tablespaces);
  await writeMissingSettings(directory, manifest, ctx);
  await using server = await launch(options, places, contents, start, manifest, ctx);
  const { where, stopCommand, logCommand } = server;
  ctx.report({
    type: "note",
    message: `${where} recovers ${directory}; its log: ${logCommand}; to stop it: ${stopCommand}`,
  });
  try {
    const log = await followRecovery(server, spanOf(request, manifest), start.timeoutMs ?? defaultTimeoutMs, ctx);
    const inside = { tools: server.tools, signal: ctx.signal };
    const left = request.recovery?.route.timeline ?? contents.timeline;
    const reached = await reachedIn(inside, directory, { left, at: log.lastCommit });
    if (reached === null)
      throw new DbsaveError(
        "RESTORE_FAILED",
        "postgres: the server says that it is ready, and its control file that it is not",
      );
    const { port = defaultPort } = start;
    const connection = `host=${directory} port=${port} user=${contents.bootstrapRole} dbname=postgres`;
    return { where, connection, reached, durationMs: Math.round(performance.now() - begun), stopCommand, logCommand };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function launch(
  options: ParsedOptions,
  { directory, tablespaces }: RestorePlaces,
  contents: PhysicalContents,
  start: StartOrder,
  manifest: Manifest,
  { signal }: RunContext,
): Promise<LastingServer> {
  const { serverMajor: major } = contents;
  return await start.servers.start(
    async (tools) => {
      const tool = await findServerTool("postgres", major, { tools, binDirectory: options.binDirectory, signal });
      const settings = Object.entries(isolatedSettings(directory, contents, start));
      return {
        tool,
        args: ["-D", directory, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
        stop: [tool.includes("/") ? join(dirname(tool), "pg_ctl") : "pg_ctl", "stop", "-m", "fast", "-D", directory],
        stopSignal: "SIGINT",
      };
    },
    {
      name: `postgres ${major}`,
      signal,
      directories: [directory, ...tablespaces.values()],
      logFile: join(directory, "dbsave-start.log"),
      hasNetwork: start.port !== undefined,
      ...imageOf(manifest),
    },
  );
}

/** What of the restored settings does not hold: places of the source, whatever reaches out, and how the log is written, which is read here. */
function isolatedSettings(
  directory: string,
  { hasTimescale, maxPreparedTransactions }: PhysicalContents,
  { port }: StartOrder,
): Readonly<Record<string, string>> {
  return {
    data_directory: directory,
    hba_file: join(directory, "pg_hba.conf"),
    ident_file: join(directory, "pg_ident.conf"),
    external_pid_file: "",
    unix_socket_directories: directory,
    listen_addresses: port === undefined ? "" : "localhost",
    port: String(port ?? defaultPort),
    ssl: "off",
    hot_standby: "off", // or it refuses to recover with less of anything than a command line gave its source
    max_prepared_transactions: String(maxPreparedTransactions),
    archive_mode: "off",
    synchronous_standby_names: "", // nobody follows it, and no commit shall wait for somebody
    max_logical_replication_workers: "0",
    "cron.launch_active_jobs": "off",
    ...(hasTimescale ? { "timescaledb.max_background_workers": "0" } : {}),
    logging_collector: "off",
    log_destination: "stderr",
    log_min_messages: "warning",
    log_error_verbosity: "default",
    log_startup_progress_interval: "1s",
    lc_messages: "C",
  };
}

function socketOf(directory: string, { port = defaultPort }: StartOrder): string {
  return join(directory, `.s.PGSQL.${port}`);
}

function spanOf({ recovery }: RestoreRequest, { details }: Manifest): RecoverySpan {
  const to = recovery?.route.window.to.position ?? String(details["stopLsn"]);
  return { from: parseLsn(String(details["startLsn"])), to: parseLsn(to) };
}
