import { join } from "node:path";
import { isDbsaveError, type RunningServer, type ServerPlace } from "@dbsave/core";
import { captureText, hostServers } from "@dbsave/exec";
import { onTestFinished, type TestContext } from "vitest";
import type { Archive } from "./cluster.ts";
import { entry } from "./dbsave-wal.ts";

const programs = "/usr/lib/postgresql/15/bin";
const { signal } = new AbortController();

/** A PostgreSQL 15 of one test on this machine, ready. */
export interface HostServer {
  readonly socketDirectory: string;
  readonly sql: (statements: string) => Promise<string>;
  /** Runs a program as the server's user. */
  readonly run: (program: string, ...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** `archive_command` as it stands in `postgresql.conf`. */
export function pushCommand({ config }: Archive): string {
  return `${process.execPath} --conditions=@dbsave/source ${entry} push --config ${config} %p`;
}

/**
 * Starts a server on the data directory that `prepare` makes, with these settings. Skips the test where PostgreSQL 15 is not installed;
 * TOOL_FAILED, with its log, when it does not come up.
 */
export async function hostServer(
  test: Pick<TestContext, "skip">,
  prepare: (data: string, run: (tool: string, ...args: readonly string[]) => Promise<string>) => Promise<unknown>,
  settings: Readonly<Record<string, string>>,
): Promise<HostServer> {
  try {
    const running: RunningServer = await hostServers({ env: process.env }).start(
      async (place) => {
        const data = join(place.directory, "data");
        await prepare(data, (tool, ...args) => captureText(place.tools, tool, args, { signal }));
        const all = { listen_addresses: "", unix_socket_directories: place.socketDirectory, ...settings };
        const args = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
        const ready = async () => (await psql(place, "select not pg_is_in_recovery()")) === "t";
        return { tool: `${programs}/postgres`, args: ["-D", data, ...args], stopSignal: "SIGQUIT", ready };
      },
      { name: "postgres 15", user: "postgres", signal },
    );
    onTestFinished(() => running[Symbol.asyncDispose]());
    return {
      socketDirectory: running.socketDirectory,
      sql: (statements) => psql(running, statements),
      run: (program, ...args) => captureText(running.tools, `${programs}/${program}`, args, { signal }),
      stop: async () => await running[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (isDbsaveError(error, "TOOL_MISSING")) return test.skip("needs postgresql 15");
    throw error;
  }
}

async function psql({ tools, socketDirectory }: ServerPlace, statements: string): Promise<string> {
  const args = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socketDirectory, "-U", "postgres", "-c", statements];
  return (await captureText(tools, `${programs}/psql`, args, { signal })).trim();
}
