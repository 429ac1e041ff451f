import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import {
  type Engine,
  type LogStore,
  memoryStorage,
  openLog,
  openRepository,
  type Repository,
  type ServerPlace,
  type ServerRunner,
} from "@dbsave/core";
import { captureText, containerServers, hostServers } from "@dbsave/exec";
import { type ServerName, server } from "@dbsave/testbed";
import type { TestContext } from "vitest";
import { postgres } from "../../../src/index.ts";
import { folderOf } from "../../../src/wal/wal-file.ts";
import { tools as hostTools } from "../../support/context.ts";
import { type OwnServer, programs, query } from "./own-server.ts";

const { signal } = new AbortController();

/** Where servers of one major come from. */
export interface ServerSource {
  readonly runner: ServerRunner;
  /** Before the name of a program. */
  readonly prefix: string;
}

/** A server that keeps a copy of every segment it finished. */
export interface ArchivingServer extends AsyncDisposable {
  readonly sql: OwnServer["sql"];
  readonly engine: Engine;
  /** Finishes the segment at hand, and puts into the log all that was archived and is not there yet. */
  archive(log: LogStore): Promise<void>;
}

/** Skips the test where there is no such server. */
export async function serversOf(major: ServerName, test: Pick<TestContext, "skip">): Promise<ServerSource> {
  if (major === "postgres-15") {
    if (!(await readdir(programs).catch((): string[] => [])).includes("postgres"))
      return test.skip("needs postgresql 15");
    return { runner: hostServers({ env: process.env }), prefix: `${programs}/` };
  }
  const { container } = await server(major, test);
  if (container === undefined) return test.skip("needs docker");
  return { runner: containerServers({ like: { name: container.name }, env: process.env }), prefix: "" };
}

const settings = {
  listen_addresses: "",
  fsync: "off",
  archive_mode: "on",
  archive_command: "test ! -e ../archive/%f && cp %p ../archive/%f",
  track_commit_timestamp: "on",
  max_prepared_transactions: "4",
};

/** A new one; or one on a copy of `from`, a data directory on this machine, which archives as well. */
export async function archivingServer(
  { runner, prefix }: ServerSource,
  { from, settings: more = {} }: { readonly from?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<ArchivingServer> {
  const running = await runner.start(
    async ({ directory, socketDirectory, tools }) => {
      const data = `${directory}/data`;
      await captureText(tools, "mkdir", ["-m", "700", data, `${directory}/archive`], { signal });
      if (from === undefined) {
        const small = "--wal-segsize=1";
        const initdb = ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--data-checksums", small];
        await captureText(tools, `${prefix}initdb`, initdb, { signal });
      } else await copy(from, data, tools);
      const all = { ...settings, ...more, unix_socket_directories: socketDirectory };
      return {
        tool: `${prefix}postgres`,
        args: ["-D", data, ...Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`])],
        stopSignal: "SIGQUIT",
        ready: async () => (await query(socketDirectory, "SELECT WHERE NOT pg_is_in_recovery()")).length === 1,
      };
    },
    { name: "postgres", user: "postgres", signal, readyTimeoutMs: 20_000 },
  );
  const { socketDirectory, directory, tools } = running;
  const sql: OwnServer["sql"] = (statement) => query(socketDirectory, statement);
  return {
    sql,
    engine: postgres({ host: socketDirectory, user: "postgres", methods: ["physical"] }),
    archive: async (log) => {
      await finishSegment(sql);
      const [system] = await sql("SELECT system_identifier::text AS id FROM pg_control_system()");
      const names = (await text(tools.run("ls", [`${directory}/archive`], { signal }).stdout)).trim().split("\n");
      for (const name of names) {
        const bytes = await buffer(tools.run("cat", [`${directory}/archive/${name}`], { signal }).stdout);
        await appendTo(log, String(system?.["id"]), name, bytes);
      }
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Puts a file of the WAL of a system into a log. */
export async function appendTo(log: LogStore, system: string, name: string, bytes: Buffer): Promise<void> {
  const folder = folderOf(system, name);
  if (folder === null) throw new Error(`not a file of the WAL: ${name}`);
  const plainSha256 = createHash("sha256").update(bytes).digest("hex");
  await log.append({ folder, name, plainSha256 }, () => Readable.from([bytes], { objectMode: false }));
}

/** Makes the server archive all that it has written so far. */
async function finishSegment(sql: OwnServer["sql"]): Promise<void> {
  const [last] = await sql("SELECT pg_walfile_name(pg_switch_wal()) AS name");
  for (;;) {
    const [done] = await sql(
      `SELECT last_archived_wal >= '${String(last?.["name"])}' AND last_archived_wal !~ 'history' AS it FROM pg_stat_archiver`,
    );
    if (done?.["it"] === true) return;
    await sql("SELECT pg_sleep(0.02)");
  }
}

async function copy(from: string, to: string, tools: ServerPlace["tools"]): Promise<void> {
  const tar = hostTools.run("tar", ["-c", "-C", from, "."], { signal });
  const unpack = 'tar -x --no-same-owner -C "$1" && cat'; // it does not read what fills its last block
  await captureText(tools, "sh", ["-c", unpack, "sh", to], { signal, input: tar.stdout, maxBytes: 1e6 });
  await tar.done;
}

/** A repository in memory, and the log of the target `orders` in it. */
export async function emptyRepository(): Promise<{ readonly repository: Repository; readonly log: LogStore }> {
  const repository = await openRepository(memoryStorage(), { create: true });
  return { repository, log: openLog(repository, "orders", [], signal) };
}
