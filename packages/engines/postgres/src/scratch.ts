import { DbsaveError, type Manifest, type RunContext, type RunningServer, type ServerPlace } from "@dbsave/core";
import { contentsOf } from "./backup-contents.ts";
import { imageOf } from "./backup-image.ts";
import { withSession } from "./connect.ts";
import type { ParsedOptions } from "./options.ts";
import { findServerTool } from "./tools/find-tool.ts";
import { toolText } from "./tools/tool-text.ts";

/** A server of its own, which nobody else can reach. */
export interface ScratchServer extends AsyncDisposable {
  readonly options: ParsedOptions;
  /** What `work` does on this server. NO_SPACE when it fails because the server's disk is full, which says nothing of a backup. */
  try<T>(work: Promise<T>): Promise<T>;
}

/**
 * Makes an empty server of the same major: it listens on a socket in a private directory only, flushes nothing, archives
 * nothing and has no background jobs. Its superuser has the name of the old one, so that all roles can be what they were. A
 * backup that was taken from a container gets one of the same image, whose tools fill it.
 */
export async function startScratchServer(
  options: ParsedOptions,
  manifest: Manifest,
  ctx: RunContext,
): Promise<ScratchServer> {
  const { serverMajor: major, bootstrapRole, databases, isPlain } = contentsOf(manifest);
  const [only = maintenance] = databases;
  const scratchIn = (place: Pick<ServerPlace, "socketDirectory" | "tools">): ParsedOptions => ({
    ...scratchOptions(options, bootstrapRole, place),
    database: isPlain ? only : maintenance,
    databases: isPlain ? null : databases,
  });
  const server = await (options.servers ?? ctx.servers).start(
    async ({ directory, socketDirectory, tools }) => {
      const query = { tools, binDirectory: options.binDirectory, signal: ctx.signal };
      const initdb = await findServerTool("initdb", major, query);
      await toolText(tools, initdb, [...initdbArguments, "--pgdata", directory, "--username", bootstrapRole], ctx);
      return {
        tool: await findServerTool("postgres", major, query),
        args: serverArguments(directory, socketDirectory, options.profile.scratchSettings),
        stopSignal: "SIGINT", // ends open sessions
        ready: (signal) => withSession(scratchIn({ socketDirectory, tools }), maintenance, signal, async () => true),
      };
    },
    { name: `postgres ${major}`, signal: ctx.signal, ...imageOf(manifest), user: "postgres" }, // it refuses to run as root
  );
  return {
    options: scratchIn(server),
    try: tryOn(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** `ScratchServer.try` of a started server. */
export function tryOn(server: Pick<RunningServer, "log">): ScratchServer["try"] {
  return async (work) => {
    try {
      return await work;
    } catch (error) {
      throw fullDisk(error, server.log()) ?? error;
    }
  };
}

/** A server that cannot write its log of changes crashes, and only its own output says why. */
function fullDisk(error: unknown, log: string): DbsaveError | undefined {
  const message = error instanceof Error ? error.message : String(error);
  const said = [message, ...log.split("\n")].find((line) => line.includes("No space left on device"));
  if (said === undefined) return undefined;
  return new DbsaveError("NO_SPACE", `postgres: the throw-away server: ${said}`, {
    cause: error,
    hint: "It needs room for the whole database and a gigabyte more: name a larger scratch directory.",
  });
}

/** The database that is in every server. */
export const maintenance = "postgres";
const port = 5432;

const initdbArguments = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"];

/** Arguments of a server that nobody outside reaches, that reaches nobody, and whose data need not outlive a crash. */
export function serverArguments(
  directory: string,
  socketDirectory: string,
  more: Readonly<Record<string, string>> = {},
): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "",
    port: String(port),
    unix_socket_directories: socketDirectory,
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    wal_level: "minimal",
    max_wal_senders: "0",
    max_wal_size: "4GB",
    archive_mode: "off",
    autovacuum: "off",
    max_logical_replication_workers: "0",
    maintenance_work_mem: "256MB",
    max_locks_per_transaction: "1024",
    ...more,
  };
  return ["-D", directory, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** How to reach it. Everybody there is trusted. */
export function scratchOptions(
  options: ParsedOptions,
  user: string,
  { socketDirectory, tools }: Pick<ServerPlace, "socketDirectory" | "tools">,
): ParsedOptions {
  return {
    ...options,
    host: socketDirectory,
    port,
    user,
    password: null,
    ssl: "disable",
    globals: "overwrite",
    tools,
    name: null,
    isIsolated: true,
  };
}
