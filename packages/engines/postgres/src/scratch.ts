import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest, RunContext, RunningTool } from "@dbsave/core";
import { DbsaveError, throwIfAborted } from "@dbsave/core";
import { contentsOf } from "./backup-contents.ts";
import { withSession } from "./connect.ts";
import type { ParsedOptions } from "./options.ts";
import { type Runner, unprivileged } from "./scratch-owner.ts";
import { toolQuery } from "./server.ts";
import { findServerTool } from "./tools/find-tool.ts";

/** A server of its own, which nobody else can reach. */
export interface ScratchServer extends AsyncDisposable {
  readonly options: ParsedOptions;
}

/**
 * Makes an empty server of the same major with the programs of this machine: it listens on a socket in a private directory
 * only, flushes nothing, archives nothing and has no background jobs. Disposing stops it and removes all of it.
 */
export async function startScratchServer(
  options: ParsedOptions,
  manifest: Manifest,
  ctx: RunContext,
): Promise<ScratchServer> {
  const { serverMajor, bootstrapRole, databases, isPlain } = contentsOf(manifest);
  // Beside the run's own directory: that is for one user, and the server may have to be another one.
  const directory = await mkdtemp(join(dirname(ctx.scratchDir), "dbsave-pg-"));
  const stopping = new AbortController();
  let server: RunningTool | undefined;
  const dispose = async (): Promise<void> => {
    stopping.abort();
    await server?.done.catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const query = { ...toolQuery(options, ctx), tools: ctx.tools };
    const runner = await unprivileged(ctx.tools, directory, ctx.signal);
    const data = join(directory, "data");
    const initdb = await findServerTool("initdb", serverMajor, query);
    await finish(runner, [initdb, ...initdbArguments(data, bootstrapRole)], ctx.signal);
    const program = await findServerTool("postgres", serverMajor, query);
    server = runner([program, ...serverArguments(data, directory)], stopping.signal);
    server.stdout.resume();
    const [only = "postgres"] = databases;
    const scratch: ParsedOptions = {
      ...options,
      host: directory,
      port: 5432,
      user: bootstrapRole,
      password: null,
      ssl: "disable",
      database: isPlain ? only : "postgres",
      databases: isPlain ? null : databases,
      globals: "overwrite",
      tools: null,
      isIsolated: true,
    };
    await untilReady(scratch, server, ctx.signal);
    return { options: scratch, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function initdbArguments(data: string, role: string): readonly string[] {
  return [
    "--pgdata",
    data,
    "--username",
    role,
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
}

function serverArguments(data: string, socketDirectory: string): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "",
    unix_socket_directories: socketDirectory,
    unix_socket_permissions: "0700",
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
    logging_collector: "off",
  };
  return ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

async function finish(runner: Runner, command: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
  const running = runner(command, signal);
  running.stdout.resume();
  await running.done;
}

const patienceMs = 60_000;
const pauseMs = 50;

/** Fails at once when the server ends. */
async function untilReady(options: ParsedOptions, server: RunningTool, signal: AbortSignal): Promise<void> {
  const ended = server.done.then(() => {
    throw new DbsaveError("TOOL_FAILED", "postgres: the throw-away server ended by itself");
  });
  ended.catch(() => undefined);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    throwIfAborted(signal, "postgres: scratch");
    try {
      await Promise.race([
        ended,
        withSession({ ...options, database: "postgres" }, "postgres", signal, async () => {}),
      ]);
      return;
    } catch (error) {
      const isStarting = error instanceof DbsaveError && error.code === "CONNECT_FAILED";
      if (!isStarting || Date.now() > deadline) throw error;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, pauseMs))]);
  }
}
