import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { captureText, hostServers } from "@dbsave/exec";
import { onTestFinished, type TestContext } from "vitest";
import type { PostgresOptions } from "../../../src/options.ts";
import { type OwnServer, programs, query } from "../../physical/support/own-server.ts";

const { signal } = new AbortController();

/** A PostgreSQL 15 that can be killed, stopped and started again on the same data. */
export class MortalServer {
  readonly #settings: readonly string[];
  #data = "";
  #socket = "";

  private constructor(settings: Readonly<Record<string, string>>) {
    this.#settings = Object.entries({ listen_addresses: "", ...settings }).map(([key, value]) => `${key}=${value}`);
  }

  /** Skips the test where PostgreSQL 15 is not installed. */
  static async start(
    test: Pick<TestContext, "skip">,
    settings: Readonly<Record<string, string>>,
  ): Promise<MortalServer> {
    if (!existsSync(`${programs}/postgres`)) test.skip("needs postgresql 15");
    const server = new MortalServer(settings);
    await server.start();
    return server;
  }

  /** How a receiver finds it, wherever it is at the moment. */
  get options(): PostgresOptions {
    return { locator: { name: "mortal", locate: async () => ({ host: this.#socket, port: 5432, user: "postgres" }) } };
  }

  readonly sql: OwnServer["sql"] = (statement) => query(this.#socket, statement);

  /** On the data that there is. */
  async start(): Promise<void> {
    const running = await hostServers({ env: process.env }).start(
      async ({ directory, socketDirectory, tools }) => {
        if (this.#data === "") {
          this.#data = `${directory}/data`;
          const initdb = ["-D", this.#data, "-U", "postgres", "--auth=trust", "--no-sync", "--wal-segsize=1"];
          await captureText(tools, `${programs}/initdb`, initdb, { signal });
        }
        const settings = [...this.#settings, `unix_socket_directories=${socketDirectory}`];
        return {
          tool: `${programs}/postgres`,
          args: ["-D", this.#data, ...settings.flatMap((setting) => ["-c", setting])],
          stopSignal: "SIGQUIT",
          ready: async () => (await query(socketDirectory, "SELECT 1")).length === 1,
        };
      },
      { name: "postgres 15", user: "postgres", signal },
    );
    this.#socket = running.socketDirectory;
    onTestFinished(() => running[Symbol.asyncDispose]());
  }

  /** SIGKILL: as if the machine was gone. SIGINT: a shutdown that disconnects all. Resolves when it has ended. */
  async end(how: "SIGKILL" | "SIGINT"): Promise<void> {
    const pid = Number((await readFile(`${this.#data}/postmaster.pid`, "utf8")).split("\n")[0]);
    process.kill(pid, how);
    while (existsSync(`/proc/${pid}`)) await pause(20);
  }
}
