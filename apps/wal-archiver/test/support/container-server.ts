import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { currentRun, ensureImage, runLabel, SERVERS, type ServerName } from "@dbsave/testbed";
import { onTestFinished, type TestContext } from "vitest";
import { type Archive, archiveOf } from "./cluster.ts";
import { dbsaveWal } from "./dbsave-wal.ts";

const run = promisify(execFile);

/** A PostgreSQL of one test in a container without Node.js and without a network, on a directory that this machine sees. */
export interface ContainerServer extends Archive {
  readonly name: ServerName;
  readonly start: () => Promise<void>;
  /** All its processes, at once. */
  readonly kill: () => Promise<void>;
  /** Like `start`, and leaves the timeline for a new one. */
  readonly startOnNewTimeline: () => Promise<void>;
  readonly sql: (statements: string) => Promise<string>;
}

const settings = {
  listen_addresses: "",
  unix_socket_directories: "/tmp",
  archive_mode: "on",
  archive_command: "sh /shared/shim.sh %p",
  restore_command: "false",
  max_wal_size: "16MB",
  min_wal_size: "2MB",
};

/** Its segments of 1 MB are archived by the shim. Skips the test where there is no Docker. */
export async function containerServer(name: ServerName, test: Pick<TestContext, "skip">): Promise<ContainerServer> {
  if (process.getuid?.() !== 0) return test.skip("needs root, to read what belongs to the server in the container");
  const spec = SERVERS.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no server ${name}`);
  const image = await run("docker", ["version"]).then(
    () => ensureImage(spec),
    () => test.skip("needs docker"),
  );
  const root = mkdtempSync(join(tmpdir(), "dbsave-wal-server-"));
  chmodSync(root, 0o777);
  const options = ["--detach", "--init", "--network", "none", "--label", `${runLabel}=${currentRun().name}`];
  const command = ["--volume", `${root}:/shared`, "--entrypoint", "sleep", image, "infinity"];
  const id = (await run("docker", ["run", ...options, ...command])).stdout.trim();
  onTestFinished(async () => {
    await run("docker", ["rm", "--force", id]);
    rmSync(root, { recursive: true, force: true });
  });
  const inside = async (script: string, ...words: readonly string[]): Promise<string> => {
    const { stdout } = await run("docker", ["exec", "--user", "postgres", id, "sh", "-ec", script, "sh", ...words]);
    return stdout.trim();
  };
  const programs = await inside("dirname $(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb)");
  await inside(`${programs}/initdb -D /shared/data -U postgres --auth=trust --no-sync --wal-segsize=1`);
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value}'`);
  writeFileSync(join(root, "data/postgresql.auto.conf"), `${lines.join("\n")}\n`);
  await inside("mkdir -m 700 /shared/spool");
  writeFileSync(join(root, "shim.sh"), (await dbsaveWal(["shim", "--spool", "/shared/spool"], root)).stdout);
  const own =
    "for exe in /proc/[0-9]*/exe; do case $(readlink $exe) in */postgres) echo $exe | cut -d/ -f3 ;; esac; done";
  const start = async (): Promise<void> => {
    await inside(`rm -f /shared/data/postmaster.pid; ${programs}/pg_ctl -D /shared/data -l /shared/log -w start >&2`);
  };
  return {
    ...(await archiveOf(root)),
    name,
    start,
    startOnNewTimeline: async () => {
      await inside("touch /shared/data/recovery.signal");
      await start();
    },
    kill: async () => {
      await inside(`kill -9 $(${own}); while [ -n "$(${own})" ]; do sleep 0.1; done`);
    },
    sql: (statements) => inside('psql -XAtq -v ON_ERROR_STOP=1 -h /tmp -U postgres -c "$1"', statements),
  };
}
