import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostServers } from "@dbsave/exec";
import { onTestFinished } from "vitest";
import { parseOptions } from "../../../src/options.ts";
import { type OwnServer, programs, query } from "./own-server.ts";

const { signal } = new AbortController();

/** A directory that the user of the server may pass through. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dbsave-physical-"));
  await chmod(path, 0o711);
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Starts what was restored into `directory`; rejects with the end of its log. */
export async function serveFrom(directory: string, role: "primary" | "standby" = "primary"): Promise<OwnServer> {
  const ready = `SELECT WHERE pg_is_in_recovery() = ${role === "standby"}`;
  const running = await hostServers({ env: process.env }).start(
    async ({ socketDirectory }) => {
      const settings = ["listen_addresses=", `unix_socket_directories=${socketDirectory}`, "fsync=off"];
      return {
        tool: `${programs}/postgres`,
        args: ["-D", directory, ...settings.flatMap((setting) => ["-c", setting])],
        stopSignal: "SIGINT",
        ready: async () => (await query(socketDirectory, ready)).length === 1,
      };
    },
    { name: "restored", user: "postgres", signal, readyTimeoutMs: 20_000 },
  );
  onTestFinished(() => running[Symbol.asyncDispose]());
  const { socketDirectory } = running;
  return { options: parseOptions({ host: socketDirectory }), sql: (statement) => query(socketDirectory, statement) };
}

/** As `serveFrom`: how to ask it. */
export async function startOn(directory: string): Promise<OwnServer["sql"]> {
  return (await serveFrom(directory)).sql;
}

export async function placeForData(): Promise<string> {
  return join(await folder(), "data");
}
