import { isDbsaveError } from "@dbsave/core";
import { captureText, hostServers } from "@dbsave/exec";
import { Client } from "pg";
import { onTestFinished, type TestContext } from "vitest";
import { type ParsedOptions, parseOptions } from "../../../src/options.ts";

/** A PostgreSQL 15 of one test alone, with superuser `postgres`, trusted on its socket. */
export interface OwnServer {
  readonly options: ParsedOptions;
  readonly sql: (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export const programs = "/usr/lib/postgresql/15/bin";
const { signal } = new AbortController();

/** Skips the test where PostgreSQL 15 is not installed. */
export async function ownServer(
  test: Pick<TestContext, "skip">,
  settings: Readonly<Record<string, string>> = {},
  initdbArguments: readonly string[] = ["--data-checksums"],
): Promise<OwnServer> {
  const servers = hostServers({ env: process.env });
  try {
    const running = await servers.start(
      async ({ directory, socketDirectory, tools }) => {
        const initdb = ["-D", `${directory}/data`, "-U", "postgres", "--auth=trust", "--no-sync", ...initdbArguments];
        await captureText(tools, `${programs}/initdb`, initdb, { signal });
        const all = { listen_addresses: "", unix_socket_directories: socketDirectory, fsync: "off", ...settings };
        return {
          tool: `${programs}/postgres`,
          args: [
            "-D",
            `${directory}/data`,
            ...Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
          ],
          stopSignal: "SIGQUIT",
          ready: async () => (await query(socketDirectory, "SELECT 1")).length === 1,
        };
      },
      { name: "postgres 15", user: "postgres", signal },
    );
    onTestFinished(() => running[Symbol.asyncDispose]());
    const { socketDirectory } = running;
    return { options: parseOptions({ host: socketDirectory }), sql: (statement) => query(socketDirectory, statement) };
  } catch (error) {
    if (isDbsaveError(error, "TOOL_MISSING")) return test.skip("needs postgresql 15");
    throw error;
  }
}

export async function query(
  host: string,
  statement: string,
  database = "postgres",
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ host, user: "postgres", database });
  await client.connect();
  try {
    const result: unknown = await client.query(statement);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return (last as { rows: Record<string, unknown>[] }).rows;
  } finally {
    await client.end();
  }
}
