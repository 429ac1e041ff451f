import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostServers } from "@dbsave/exec";
import { onTestFinished } from "vitest";
import { programs, query } from "./own-server.ts";

const { signal } = new AbortController();

/** A directory that the user of the server may pass through. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dbsave-physical-"));
  await chmod(path, 0o711);
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Starts what was restored into `directory`; resolves with how to ask it. Rejects with the end of its log. */
export async function startOn(directory: string): Promise<(statement: string) => ReturnType<typeof query>> {
  const running = await hostServers({ env: process.env }).start(
    async ({ socketDirectory }) => ({
      tool: `${programs}/postgres`,
      args: [
        "-D",
        directory,
        "-c",
        "listen_addresses=",
        "-c",
        `unix_socket_directories=${socketDirectory}`,
        "-c",
        "fsync=off",
      ],
      stopSignal: "SIGINT",
      ready: async () => (await query(socketDirectory, "SELECT WHERE NOT pg_is_in_recovery()")).length === 1,
    }),
    { name: "restored", user: "postgres", signal, readyTimeoutMs: 20_000 },
  );
  onTestFinished(() => running[Symbol.asyncDispose]());
  return (statement) => query(running.socketDirectory, statement);
}

export async function placeForData(): Promise<string> {
  return join(await folder(), "data");
}
